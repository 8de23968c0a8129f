"""What the list's pages show, made from definitions and rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from localcare.care.stratification import queries, words
from localcare.care.stratification.definitions import Cohort, Definitions, Segment, Tier
from localcare.care.stratification.models import Decision, ListEntry, PersonScore, RiskModel, Run
from localcare.care.stratification.risk import queries as risk_queries
from localcare.care.stratification.risk.words import RiskInWords, in_words
from localcare.foundation.people.models import Person
from localcare.kernel.access.readers import Reader
from localcare.kernel.nhs_design.formatting import format_nhs_number, format_short_date

SETTINGS = {
    "general_practice": "General practice",
    "community": "Community",
    "mental_health": "Mental health",
    "social_care": "Social care",
    "voluntary": "Voluntary",
    "out_patient": "Out-patients",
}
MOVED_HERE_DAYS = 91


@dataclass(frozen=True)
class ListRow:
    """One person on the list, as drawn."""

    entry: ListEntry
    person: Person
    score: PersonScore
    practice: str
    tier: Tier
    segment: Segment
    cohorts: tuple[Cohort, ...]
    reasons: list[str]
    changes: list[str]
    contacts: list[tuple[str, date]]
    cautions: list[str]
    decision: str
    came_back: str
    risks: list[RiskInWords]

    @property
    def name(self) -> str:
        """Family name in capitals, as on NHS screens."""
        return person_name(self.person)

    @property
    def listing(self) -> list[Cohort]:
        """The cohorts that put the person on the list, those with most points first."""
        found = [cohort for cohort in self.cohorts if cohort.puts_on_list]
        return sorted(found, key=lambda cohort: -cohort.points)

    @property
    def nhs_number(self) -> str:
        """Three, three and four digits."""
        return format_nhs_number(self.person.nhs_number)

    @property
    def plan(self) -> str:
        """Whether a plan is recorded."""
        day = self.score.plan_recorded_on
        return f"Care plan recorded {format_short_date(day)}" if day else "No plan recorded"

    @property
    def hfrs(self) -> str:
        """The score with one decimal."""
        return f"{self.score.hfrs_tenths // 10}.{self.score.hfrs_tenths % 10}"


def person_name(person: Person) -> str:
    """Family name in capitals, then given names."""
    return f"{person.family_name.upper()}, {person.given_name}".strip(", ") or "Name not known"


def list_rows(
    entries: Iterable[ListEntry],
    *,
    reader: Reader,
    run: Run,
    definitions: Definitions,
    shown: Mapping[str, RiskModel],
    permission: str = "list.read",
) -> list[ListRow]:
    """The rows of a page, in its order; people who left the reader's scope since the run are left out."""
    entries = list(entries)
    people = queries.people_of(entries, reader, permission)
    scores = queries.scores_of(people)
    practices = queries.practice_names(entry.practice_code for entry in entries)
    risks = risk_queries.risks_of(people, shown)
    return [
        _list_row(
            entry,
            people[entry.person_id],
            scores[entry.person_id],
            practices,
            run,
            definitions,
            in_words(risks.get(entry.person_id, {}), shown),
        )
        for entry in entries
        if entry.person_id in people and entry.person_id in scores
    ]


def _list_row(
    entry: ListEntry,
    person: Person,
    score: PersonScore,
    practices: Mapping[str, str],
    run: Run,
    definitions: Definitions,
    risks: list[RiskInWords],
) -> ListRow:
    cohorts = definitions.cohorts_in(entry.cohorts)
    row = words.row_of(score, definitions)
    return ListRow(
        entry=entry,
        person=person,
        score=score,
        practice=practices.get(entry.practice_code, entry.practice_code),
        tier=definitions.tier(entry.tier),
        segment=definitions.segment(entry.segment),
        cohorts=cohorts,
        reasons=words.all_reasons(cohorts, row, run.as_of, definitions),
        changes=words.changes(entry.changes, definitions),
        contacts=last_contacts(score),
        cautions=cautions(score, run.as_of),
        decision=decision_in_words(entry.decision, definitions),
        came_back=words.came_back(entry.came_back_because, definitions),
        risks=risks,
    )


def last_contacts(score: PersonScore) -> list[tuple[str, date]]:
    """The last contact in each setting that has one, latest first."""
    found = [(label, getattr(score, f"last_{name}_on")) for name, label in SETTINGS.items()]
    dated = sorted(((label, day) for label, day in found if day), key=lambda pair: pair[1], reverse=True)
    latest = score.last_contact_on
    if latest and (
        not dated or dated[0][1] < latest
    ):  # what is later than any contact was a stay or an attendance
        dated.insert(0, ("Hospital or A&E", latest))
    return dated


def cautions(score: PersonScore, as_of: date) -> list[str]:
    """What the scores cannot see about this person."""
    found = []
    if score.last_contact_on is None:
        found.append("No contact of any kind is recorded")
    elif (as_of - score.last_contact_on).days > 365:
        found.append("No contact recorded for a year")
    if score.registered_on and (as_of - score.registered_on).days < MOVED_HERE_DAYS:
        found.append(
            f"Registered here only since {format_short_date(score.registered_on)}: older records may be missing"
        )
    if not score.efi_mask and not score.cambridge_mask:
        found.append("No condition is coded by a practice")
    return found


def decision_in_words(decision: Decision | None, definitions: Definitions) -> str:
    """Who decided what, when and why."""
    if decision is None:
        return ""
    by = decision.decided_by.get_full_name() or decision.decided_by.get_username()
    parts = [f"{Decision.Kind(decision.kind).label} ({by}, {format_short_date(decision.decided_on)})"]
    if decision.reason:
        parts.append(definitions.not_now_reasons.get(decision.reason, decision.reason))
    if decision.team:
        parts.append(decision.team)
    if decision.note:
        parts.append(decision.note)
    if decision.look_again_on:
        parts.append(f"look again on {format_short_date(decision.look_again_on)}")
    return ". ".join(parts)
