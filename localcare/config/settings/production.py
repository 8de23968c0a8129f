"""Settings for real use: every secret from the environment, and no start without them."""

import os

from django.core.exceptions import ImproperlyConfigured

from localcare.config.settings import environment

os.environ["LOCALCARE_ENVIRONMENT"] = "production"
os.environ.setdefault("LOCALCARE_READABLE_LOGS", "no")
os.environ.setdefault("LOCALCARE_REQUIRE_SECOND_FACTOR", "yes")

SECRET_KEY = environment.secret("LOCALCARE_SECRET_KEY")
AUDIT_KEY = environment.secret("LOCALCARE_AUDIT_KEY")
if SECRET_KEY == AUDIT_KEY:
    raise ImproperlyConfigured(
        "LOCALCARE_AUDIT_KEY is the same as LOCALCARE_SECRET_KEY: give each a text of its own."
    )
environment.required(
    "DATABASE_URL",
    "Set it to the address of a PostgreSQL 15 or later, for example"
    " postgresql://localcare:PASSWORD@database.example/localcare?sslmode=verify-full",
)
ALLOWED_HOSTS = environment.names("LOCALCARE_ALLOWED_HOSTS")
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "LOCALCARE_ALLOWED_HOSTS must name the addresses of the site, with commas between them,"
        " for example care.example.nhs.uk (and not *)."
    )

from localcare.config.settings.base import *  # noqa: E402, F403

DEBUG = False
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^health/(live|ready)$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
