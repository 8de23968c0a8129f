"""Health, metrics and logs: what they tell, and what they never tell."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.db import IntegrityError
from django.test import Client

from localcare.config.observation.logs import logging_settings, without_personal_data
from tests.platform.conftest import clean_environment

NUMBER = "9990000018"


def test_live_answers_without_the_database(client: Client) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_ready_looks_at_database_migrations_and_worker(client: Client) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["database"], found["migrations"], found["worker"]) == ("well", "well", "not well")


@pytest.mark.django_db
def test_a_site_that_needs_its_worker_is_not_ready_without_one(client: Client, settings) -> None:
    settings.READY_NEEDS_WORKER = True
    assert client.get("/health/ready").status_code == 503


def test_a_site_without_its_database_is_not_ready_and_still_counts_requests() -> None:
    code = (
        "import django; django.setup(); from django.test import Client; client = Client();"
        "print(client.get('/health/ready').status_code, client.get('/health/live').status_code);"
        "told = client.get('/metrics').content.decode();"
        "print('localcare_requests_total{' in told, 'localcare_work{' in told)"
    )
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=clean_environment(DATABASE_URL=nowhere, DJANGO_SETTINGS_MODULE="localcare.config.settings.test"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "503 200\nTrue False\n", done.stderr


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9"}, 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 403),
        ({"REMOTE_ADDR": "", "HTTP_AUTHORIZATION": "Bearer wrong"}, 403),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer right"}, 200),
    ],
)
def test_metrics_are_for_this_machine_and_for_the_token(
    client: Client, settings, headers: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN = "right"
    assert client.get("/metrics", **headers).status_code == status


def test_an_unset_token_opens_nothing(client: Client, settings) -> None:
    settings.METRICS_TOKEN = ""
    answer = client.get("/metrics", REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION="Bearer ")
    assert answer.status_code == 403


@pytest.mark.django_db
def test_metrics_count_by_route_and_never_by_address(client: Client) -> None:
    client.get("/health/live")
    client.get(f"/nowhere/{NUMBER}/")
    text = client.get("/metrics").content.decode()
    assert 'localcare_requests_total{method="GET",route="health-live",status="200"}' in text
    assert NUMBER not in text


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The lines that production would write."""
    written, root = io.StringIO(), logging.getLogger()
    before = (root.handlers[:], root.level)
    configured = logging_settings(readable=False, level="INFO")
    configured["handlers"]["console"]["stream"] = written
    logging.config.dictConfig(configured)
    yield written
    root.handlers[:], root.level = before


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_request_is_logged_by_its_route(client: Client, log: io.StringIO) -> None:
    answer = client.get(f"/health/live?nhs_number={NUMBER}")
    (line,) = lines(log)
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "health-live", 200)
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["user_id"] is None and float(str(line["milliseconds"])) >= 0
    assert NUMBER not in log.getvalue()


def test_an_unknown_address_is_not_quoted(client: Client, log: io.StringIO) -> None:
    client.get("/people/Dorothy-Smith/")
    assert lines(log)[-1]["route"] == "(unknown)"
    assert "Dorothy" not in log.getvalue()


def test_a_failed_request_is_logged_without_its_address_or_the_row(log: io.StringIO) -> None:
    logger = logging.getLogger("django.request")
    try:
        raise IntegrityError(
            f"duplicate key\nDETAIL:  Key (nhs_number, name)=({NUMBER}, Dorothy) already exists."
        )
    except IntegrityError:
        logger.exception("Internal Server Error: %s", "/people/Dorothy-Smith/")
    (line,) = lines(log)
    assert line["event"] == "Internal Server Error"
    assert "duplicate key" in str(line["exception"])
    assert NUMBER not in log.getvalue() and "Dorothy" not in log.getvalue()


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        (f"number {NUMBER}.", "number [number removed]."),
        ("number 999 000 0018", "number [number removed]"),
        ("number 999-000-0018", "number [number removed]"),
        (9990000018, "[number removed]"),
        ({"deep": [f"x{NUMBER}"]}, {"deep": ["x[number removed]"]}),
        ("12345678901 and 123456789", "12345678901 and 123456789"),
        ("2026-11-22T20:16:24.123456Z", "2026-11-22T20:16:24.123456Z"),
        (200, 200),
    ],
)
def test_numbers_of_ten_digits_never_reach_a_log(value: object, cleaned: object) -> None:
    assert without_personal_data(None, "info", {"value": value}) == {"value": cleaned}


def test_fields_that_nobody_agreed_on_are_left_out(log: io.StringIO) -> None:
    logging.getLogger("localcare.anything").info("loaded", extra={"name_of_person": "Dorothy", "count": 3})
    (line,) = lines(log)
    assert line["count"] == 3
    assert "Dorothy" not in log.getvalue()
