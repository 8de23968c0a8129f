"""Production starts only with secrets of its own, and tells the browser to be careful."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.platform.conftest import clean_environment

COMPLETE = {
    "LOCALCARE_SECRET_KEY": "kQ3-vT9zLm_27xWb0RfYc8NdHs5JgPaUe1KiOo4Bq6MtXyZwVlCrDnSjFhG",
    "LOCALCARE_AUDIT_KEY": "Zy8-uN2aRk_61pQe9TgWc5LdFs0HjMxVb3KiYo7Bq4CtEzXwSlDrAnUjJhP",
    "LOCALCARE_ALLOWED_HOSTS": "care.example.nhs.uk",
    "DATABASE_URL": "postgresql://localcare:secret@database.example/localcare?sslmode=verify-full",
}
SHOW = """
import json, sys
from localcare.config.settings import production
print(json.dumps({name: repr(getattr(production, name)) for name in sys.argv[1:]}))
"""


def load(*names: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SHOW, *names],
        env=clean_environment(**environment), capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"LOCALCARE_SECRET_KEY": ""}, "LOCALCARE_SECRET_KEY is not set"),
        ({"LOCALCARE_SECRET_KEY": "short"}, "LOCALCARE_SECRET_KEY is too short"),
        ({"LOCALCARE_SECRET_KEY": "a" * 60}, "LOCALCARE_SECRET_KEY is too short, too plain"),
        ({"LOCALCARE_SECRET_KEY": "only-for-demo-and-development" * 3}, "a published default"),
        ({"LOCALCARE_AUDIT_KEY": ""}, "LOCALCARE_AUDIT_KEY is not set"),
        ({"LOCALCARE_AUDIT_KEY": COMPLETE["LOCALCARE_SECRET_KEY"]}, "give each a text of its own"),
        ({"LOCALCARE_ALLOWED_HOSTS": ""}, "LOCALCARE_ALLOWED_HOSTS must name"),
        ({"LOCALCARE_ALLOWED_HOSTS": "*"}, "LOCALCARE_ALLOWED_HOSTS must name"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "mysql://u:p@h/d"}, "DATABASE_URL must look like postgresql://"),
        ({"DATABASE_URL": "postgresql://u:pass/word@h/d"}, "percent-encode special characters"),
        ({"LOCALCARE_SESSION_IDLE_MINUTES": "half an hour"}, "it must be a whole number"),
        ({"LOCALCARE_EXPORT_WORKS_PERCENT": "0"}, "must be a whole number from 5 to 100"),
        ({"LOCALCARE_EXPORT_WORKS_PERCENT": "101"}, "must be a whole number from 5 to 100"),
        ({"LOCALCARE_REQUIRE_SECOND_FACTOR": "perhaps"}, "it must be yes or no"),
    ],
)
def test_production_refuses_and_says_how_to_mend(changed: dict[str, str], told: str) -> None:
    done = load(**COMPLETE | changed)
    assert done.returncode == 1
    assert told in done.stderr.splitlines()[-1]
    assert COMPLETE["LOCALCARE_SECRET_KEY"] not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "False"),
        ("SECURE_SSL_REDIRECT", "True"),
        ("SECURE_HSTS_SECONDS", "31536000"),
        ("SESSION_COOKIE_SECURE", "True"),
        ("SESSION_COOKIE_HTTPONLY", "True"),
        ("SESSION_COOKIE_SAMESITE", "'Lax'"),
        ("CSRF_COOKIE_SECURE", "True"),
        ("SECOND_FACTOR_REQUIRED", "True"),
        ("SECURE_REFERRER_POLICY", "'same-origin'"),
    ],
)
def test_production_is_careful(name: str, value: str, production: dict[str, str]) -> None:
    assert production[name] == value


@pytest.fixture(scope="module")
def production() -> dict[str, str]:
    import json

    names = [
        "DEBUG",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SESSION_COOKIE_SAMESITE",
        "CSRF_COOKIE_SECURE",
        "SECOND_FACTOR_REQUIRED",
        "SECURE_REFERRER_POLICY",
        "CONTENT_SECURITY_POLICY",
        "AUTH_PASSWORD_VALIDATORS",
        "AUTHENTICATION_BACKENDS",
    ]
    done = load(*names, **COMPLETE)
    assert done.returncode == 0, done.stderr
    shown: dict[str, str] = json.loads(done.stdout)
    return shown


def test_nothing_inline_is_allowed(production: dict[str, str]) -> None:
    assert "unsafe" not in production["CONTENT_SECURITY_POLICY"]


def test_passwords_are_long_and_sign_in_is_throttled(production: dict[str, str]) -> None:
    assert "'min_length': 12" in production["AUTH_PASSWORD_VALIDATORS"]
    assert "CommonPasswordValidator" in production["AUTH_PASSWORD_VALIDATORS"]
    assert production["AUTHENTICATION_BACKENDS"].startswith("['axes.backends.AxesStandaloneBackend'")


def test_djangos_own_deployment_checks_find_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        env=clean_environment(**COMPLETE, DJANGO_SETTINGS_MODULE="localcare.config.settings.production"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
