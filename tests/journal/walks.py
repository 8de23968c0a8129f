"""Journals made at random: any legal event, in any order, on the shipped pathways, over both changes of the clock."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import yaml

from localcare.analysis.journal.entry import JournalLine
from localcare.analysis.journal.parquet import About, JournalFolder, write_folder
from localcare.analysis.journal.schema import JOURNAL, PEOPLE
from localcare.analysis.journal.states import MOVES, state_after
from localcare.analysis.journal.timeline import fold
from localcare.analysis.pathways.model import Pathway
from localcare.analysis.pathways.reading import read_pathway

FOLDER = Path(__file__).parents[2] / "localcare" / "definitions" / "pathways"
CONTENTS = {
    content["pathway"]: content
    for content in (yaml.safe_load(file.read_text()) for file in sorted(FOLDER.glob("*.yaml")))
    if "pathway" in content
}
STARTS = tuple(datetime(*day, 12, tzinfo=UTC) for day in ((2026, 3, 27), (2026, 10, 23)))
PLAIN = (
    "accepted",
    "started",
    "milestone",
    "done",
    "declined",
    "cancelled",
    "transferred",
    "booked",
    "prioritised",
)
SPECIAL = ("paused", "resumed", "reopened", "undone", "taken", "reviewed", "extended", "noted")
ANY = dict(zip(PLAIN, (6, 4, 4, 8, 1, 1, 2, 2, 2), strict=True))
OFTEN = ("urgent-community-response", "single-point-of-access-contact", "discharge-to-assess")
LOCALITIES = {"dover": "south-kent-coast", "quex": "thanet"}


class Walk:
    """One journey that goes where chance leads it."""

    def __init__(self, chance: random.Random, journey: int, first: int, *, plain: bool) -> None:
        self.chance, self.journey, self.next = chance, journey, first
        self.code = chance.choice([*sorted(CONTENTS), *OFTEN * 3])
        self.pathway: Pathway = read_pathway(CONTENTS[self.code])
        self.at = chance.choice(STARTS) + timedelta(minutes=chance.randrange(60 * 96), microseconds=journey)
        self.steps: dict[int, str] = {}
        self.lines: list[JournalLine] = []
        self.events = ANY if plain else ANY | dict.fromkeys(SPECIAL, 2)

    def run(self) -> list[dict]:
        priorities = [*self.pathway.priorities, ""]
        self.add("opened", detail={"priority": self.chance.choice(priorities)})
        for step in self.pathway.starts_with:
            self.request(step)
        for _ in range(self.chance.randrange(8, 30)):
            soon, later = (1, 2, 3, 7, 15), (3, 40, 130, 700, 1500)
            self.at += timedelta(minutes=self.chance.choice(soon if len(self.lines) < 12 else later))
            self.step()
        if self.chance.random() < 0.4:
            self.add("ended", code=self.chance.choice(list(self.pathway.ends)))
        return [self.row(line) for line in self.lines]

    def request(self, step: str) -> None:
        task = self.journey * 100 + len(self.steps) + 1
        self.steps[task] = step
        detail = {"priority": self.chance.choice([*self.pathway.priorities, ""]), "asked_by": 7}
        self.add("requested", task, detail=detail, service=self.service(step))

    def service(self, step: str) -> int:
        return 1 + (sum(map(ord, step)) + self.chance.randrange(2)) % 6

    def step(self) -> None:
        latest = list(self.steps)[-2:] if self.chance.random() < 0.8 else list(self.steps)
        task = self.chance.choice(latest)
        state = self.state(task)
        legal = {
            event: weight
            for event, weight in self.events.items()
            if event == "undone" or state in MOVES[event].sources
        }
        if not legal:
            return
        event = self.chance.choices(list(legal), list(legal.values()))[0]
        mine = [line for line in self.lines if line.task_id == task and line.event != "undone"]
        undone = {line.undoes_id for line in self.lines}
        if event == "undone":
            taken_back = next((line for line in reversed(mine) if line.pk not in undone), None)
            if taken_back is not None:
                self.add("undone", task, undoes=taken_back.pk)
        else:
            self.happen(event, task)

    def happen(self, event: str, task: int) -> None:
        step, code, detail, service = self.pathway.steps[self.steps[task]], "", {}, None
        outcome = None
        if event == "milestone" and step.milestones:
            code = self.chance.choice(list(step.milestones))
        elif event == "milestone":
            return
        elif event == "done":
            leads_on = [one for one in step.outcomes.values() if one.to] or list(step.outcomes.values())
            outcome = self.chance.choice(leads_on)
            code = outcome.code
        elif event == "declined":
            code = self.chance.choice([*step.decline_reasons, "other"])
        elif event == "prioritised":
            code = self.chance.choice([*self.pathway.priorities, "none"])
        elif event == "transferred":
            service = self.service(step.code)
        elif event in ("booked", "extended", "paused"):
            when = self.at + timedelta(hours=self.chance.choice([5, 60, 400]))
            detail = {{"booked": "for"}.get(event, "until"): when.isoformat()}
        back = timedelta(minutes=self.chance.choice([0, 0, 0, 3, 20]))
        self.add(event, task, code=code, detail=detail, service=service, at=self.at - back)
        for following in outcome.to if outcome else ():
            if len(self.steps) < 20:
                self.request(following)

    def state(self, task: int) -> str:
        standing = fold(self.pathway, self.steps, self.lines)
        return standing.tasks[task].state if task in standing.tasks else ""

    def add(self, event, task=None, *, code="", detail=None, service=None, undoes=None, at=None) -> None:
        before = after = ""
        if task is not None:
            standing = fold(self.pathway, self.steps, self.lines) if self.lines else None
            known = standing.tasks.get(task) if standing else None
            before = known.state if known else ""
            service = service or (known.service_id if known else None)
            if event != "undone":
                after = state_after(event, before, known.state_before_pause if known else "")
        self.lines.append(
            JournalLine(
                pk=self.next, journey_id=self.journey, task_id=task, event=event, effective_at=at or self.at,
                recorded_at=self.at, from_state=before, to_state=after, service_id=service, code=code,
                detail=detail or {}, undoes_id=undoes,
            )
        )  # fmt: skip
        self.next += 1

    def row(self, line: JournalLine) -> dict:
        detail = {key: said for key, said in line.detail.items() if key not in ("priority", "asked_by")}
        return {
            "entry": line.pk,
            "journey": self.journey,
            "person": 1 + self.journey % 40,
            "pathway": self.code,
            "version": "1",
            "opened_from": None,
            "task": line.task_id,
            "step": self.steps.get(line.task_id),
            "event": line.event,
            "from_state": line.from_state,
            "to_state": line.to_state,
            "effective_at": line.effective_at,
            "recorded_at": line.recorded_at,
            "service": f"service-{line.service_id}" if line.service_id else None,
            "service_kind": f"kind-{line.service_id % 3}" if line.service_id else None,
            "asked_by": "service-7" if "asked_by" in line.detail else None,
            "code": line.code,
            "priority": line.code if line.event == "prioritised" else line.detail.get("priority", ""),
            "undoes": line.undoes_id,
            "detail": json.dumps(detail),
        }


def random_rows(seed: int, journeys: int = 60) -> list[dict]:
    """The rows of some journeys; every other one without undoing, pausing and taking up again."""
    chance, rows = random.Random(seed), []
    for journey in range(1, journeys + 1):
        rows += Walk(chance, journey, len(rows) + 1, plain=bool(journey % 2)).run()
    return rows


def random_people(seed: int) -> list[dict]:
    """Forty people, about some of whom little is known."""
    chance = random.Random(seed)
    rows = []
    for person in range(1, 41):
        cluster = chance.choice([*LOCALITIES, None])
        rows.append({
            "person": person, "practice": f"practice-{person % 3}" if cluster else None, "cluster": cluster,
            "locality": LOCALITIES.get(cluster), "area": cluster, "sex": chance.choice(["female", "male", "unknown"]),
            "birth_date": date(chance.randrange(1925, 2015), 1 + person % 12, 1 + person % 28),
            "deprivation_decile": chance.choice([None, *range(1, 11)]),
        })  # fmt: skip
    return rows


def random_folder(path: Path, seed: int, journeys: int = 60) -> JournalFolder:
    """A journal folder made at random."""
    rows = random_rows(seed, journeys)
    until = max(row["effective_at"] for row in rows) + timedelta(hours=1)
    about = About("simulated", min(row["effective_at"] for row in rows), until, seed=seed)
    return write_folder(
        path,
        about=about,
        journal=pa.Table.from_pylist(rows, schema=JOURNAL),
        people=pa.Table.from_pylist(random_people(seed), schema=PEOPLE),
        pathways={(code, "1"): content for code, content in CONTENTS.items()},
    )
