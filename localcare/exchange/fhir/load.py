"""Load FHIR R4 bundles and NDJSON into the database: each file whole or not at all, each resource kept as received."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path

from django.utils import timezone

from localcare.exchange.fhir.pipeline import FileLoader, Outcome
from localcare.exchange.fhir.reading import fhir_files, read_items
from localcare.exchange.fhir.replaying import replay_late_references
from localcare.exchange.loads.models import LoadRun
from localcare.exchange.loads.quarantine import Refused, keep_out
from localcare.exchange.loads.runs import (
    FileRefused,
    Stopwatch,
    digest_of,
    keep_file,
    load_run,
    loaded_before,
    settle,
    source_named,
    whole_file,
)  # fmt: skip
from localcare.exchange.loads.summaries import FileSummary, LoadSummary
from localcare.foundation.places.models import Organisation
from localcare.foundation.record.models import Source
from localcare.kernel.access.readers import Reader

FEED = "fhir"
TABLE = "resources"
DEFAULT_SOURCE = "FHIR feed"
Progress = Callable[[int, int, str], None]


def load_fhir(
    paths: Iterable[Path | str],
    *,
    by: Reader,
    progress: Progress | None = None,
    source: str = DEFAULT_SOURCE,
    practice: str = "",
    registered_since: date | None = None,
) -> LoadSummary:
    """Load every FHIR file among the paths; a folder gives all its .json and .ndjson files, plain, .gz or .bz2.

    People without a practice are registered with `practice` (its organisation code) from `registered_since` (today):
    a Patient says who the practice is, not since when. Resources that cannot go in are kept in quarantine; those whose
    person came in a later file are tried again at the end. Raises FileRefused for a file that cannot be read: the
    files before it are in, and loading again goes on from there.
    """
    stopwatch, files = Stopwatch(), fhir_files([Path(path) for path in paths])
    if (
        practice
        and not Organisation.objects.filter(code=practice, organisation_type__contains="practice").exists()
    ):
        raise FileRefused(f"no practice has the code {practice!r}: add it to the places or give another code")
    sender, since = source_named(source), registered_since or timezone.localdate()
    total, done = sum(file.stat().st_size for file in files), 0
    outcome, summaries = Outcome(), []
    with load_run(feed=FEED, source=sender, location=_location(files), by=by) as run:
        for file in files:
            summaries.append(_load_file(file, run, sender, practice, since, outcome))
            done += file.stat().st_size
            if progress:
                progress(done, total, file.name)
        late = replay_late_references(run, practice=practice, since=since) if len(files) > 1 else 0
        run.not_understood = dict(outcome.not_understood)
    notes = _notes(outcome, late)
    return LoadSummary(
        run.pk, sender.name, tuple(summaries), stopwatch.seconds, dict(outcome.not_understood), tuple(notes)
    )


def _load_file(
    file: Path, run: LoadRun, source: Source, practice: str, since: date, outcome: Outcome
) -> FileSummary:
    stopwatch = Stopwatch()
    with whole_file(source, TABLE):
        digest = digest_of(file)
        if loaded_before(source, TABLE, digest):
            return FileSummary(TABLE, file.name, was_loaded_before=True)
        loader = FileLoader(run, refuse=partial(_keep_out, run, file.name), practice=practice, since=since)
        done = loader.load(lambda: read_items(file), lambda: read_items(file, only_those_referred_to=True))
        settle()
        summary = FileSummary(
            TABLE, file.name, done.received, done.added, done.updated, done.unchanged, done.quarantined,
            stopwatch.seconds,
        )  # fmt: skip
        keep_file(run, digest, summary)
    outcome.add(done)
    return summary


def _keep_out(run: LoadRun, file_name: str, refused: Iterable[Refused]) -> int:
    return keep_out(run, table=TABLE, file_name=file_name, refused=refused)


def _location(files: list[Path]) -> str:
    folders = Counter(str(file.parent) for file in files)
    return f"{len(files)} files in {folders.most_common(1)[0][0]}" if len(files) > 1 else str(files[0])


def _notes(outcome: Outcome, late: int) -> list[str]:
    notes = [
        f"{count} people name the practice {code}, which is not known: they are registered nowhere by this load"
        for code, count in sorted(outcome.unknown_practices.items())
    ]
    if outcome.without_practice:
        notes.append(
            f"{outcome.without_practice} people came without a practice and are on no list: load again with a practice"
        )
    if late:
        notes.append(
            f"{late} resources went in at the end, when the person they name had come in another file"
        )
    return notes
