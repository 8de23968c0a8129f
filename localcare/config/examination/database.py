"""The database: version, extensions, encoding, time zone, migrations and the worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import Error, connection

from localcare.config.command_line import django_setup
from localcare.config.examination.finding import Finding, missing, worth_knowing
from localcare.config.observation.health import is_worker_alive, unapplied_migrations

OLDEST_VERSION = 15
EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent", "fuzzystrmatch")
CLOCKS_MAY_DIFFER_SECONDS = 60


def findings() -> Iterator[Finding]:
    """Ask the database about itself."""
    try:
        (number,) = _ask("show server_version_num")
    except Error as error:
        told = str(error).strip().splitlines()[0]
        yield missing(f"The database does not answer: {told}", "Start it, or mend DATABASE_URL.")
        return
    yield version(int(str(number)))
    yield encoding(str(_ask("show server_encoding")[0]))
    yield from map(extension, EXTENSIONS)
    yield time_zone(str(_ask("select setting from pg_settings where name = 'log_timezone'")[0]))
    yield clocks(_ask("select now()")[0], datetime.now(UTC))
    yield migrations(unapplied_migrations())
    yield demonstration()
    yield worker()
    yield nightly_list()


def version(number: int) -> Finding:
    """Whether PostgreSQL is new enough; the number is as the server gives it, for example 150018."""
    text = f"PostgreSQL {number // 10000}.{number % 10000}"
    if number // 10000 < OLDEST_VERSION:
        return missing(text, f"Use PostgreSQL {OLDEST_VERSION} or later, or leave DATABASE_URL unset.")
    return Finding(text)


def encoding(name: str) -> Finding:
    """Whether names with any letter can be kept."""
    if name != "UTF8":
        return missing(f"The database keeps {name}", "Make it anew: createdb -E UTF8 -T template0 localcare")
    return Finding("The database keeps UTF-8")


def extension(name: str) -> Finding:
    """Whether an extension is there, or can be made."""
    available, trusted, created = _ask(
        "select exists (select from pg_available_extensions where name = %s),"
        " coalesce((select bool_or(trusted) from pg_available_extension_versions where name = %s), false)"
        " and has_database_privilege(current_database(), 'create')"
        " or (select rolsuper from pg_roles where rolname = current_user),"
        " exists (select from pg_extension where extname = %s)",
        [name, name, name],
    )
    if created:
        return Finding(f"Extension {name}")
    if not available:
        return missing(
            f"Extension {name} is not on the server", "On Debian: apt-get install postgresql-contrib"
        )
    if not trusted:
        return missing(f"Extension {name} is not made", f"As the database's owner: create extension {name};")
    return Finding(f"Extension {name} can be made")


def time_zone(name: str) -> Finding:
    """The server's own zone matters to nobody but those who read its log; ours is set with each connection."""
    if name not in ("UTC", "Etc/UTC", "GMT"):
        return worth_knowing(
            f"The server's log is in {name}", "Set log_timezone = 'UTC' to compare it with ours."
        )
    return Finding("The server's log is in UTC")


def clocks(theirs: object, ours: datetime) -> Finding:
    """Whether the server's clock and this machine's agree."""
    assert isinstance(theirs, datetime)
    apart = abs((theirs - ours).total_seconds())
    if apart > CLOCKS_MAY_DIFFER_SECONDS:
        return missing(f"The clocks of server and machine are {apart:.0f} seconds apart", "Set both by NTP.")
    return Finding("The clocks of server and machine agree")


def migrations(names: list[str]) -> Finding:
    """Whether the schema is that of this version."""
    if names:
        return missing(f"{len(names)} migrations are not applied, first {names[0]}", "Run: localcare migrate")
    return Finding("Every migration is applied")


def demonstration() -> Finding:
    """Whether demonstration logins are where they may not be."""
    from localcare.kernel.access.models import User

    try:
        count = User.objects.filter(is_demonstration=True, is_active=True).count()
    except Error:
        return Finding("No logins yet")
    if count and django_setup.is_production():
        return missing(
            f"{count} demonstration logins", "Use a database that was never used for a demonstration."
        )
    return Finding(f"{count} demonstration logins" if count else "No demonstration logins")


def worker() -> Finding:
    """Whether background jobs are run."""
    if is_worker_alive():
        return Finding("A worker is running")
    return worth_knowing("No worker is running", "Background jobs wait. Run: localcare worker")


def nightly_list() -> Finding:
    """What became of the latest run of the list: one whose data were refused is no failure of the program."""
    from localcare.care.stratification.models import Run

    try:
        run = Run.objects.order_by("-pk").first()
    except Error:
        return Finding("No run of the list yet")
    if run is None:
        return worth_knowing("No run of the list yet", "Run: localcare stratify")
    text = f"The latest run of the list, as of {run.as_of}: {run.get_status_display().lower()}"
    if run.status == Run.Status.REFUSED:
        return worth_knowing(
            text, "Open Data quality: mend the data, or accept the finding, then run it again."
        )
    if run.status == Run.Status.FAILED:
        return worth_knowing(text, f"Mend the cause, then run: localcare stratify. {run.message}")
    return Finding(text)


def _ask(question: str, values: list[str] | None = None) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        answer: tuple[object, ...] = cursor.fetchone()
        return answer
