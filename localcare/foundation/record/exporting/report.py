"""The report beside an export: what was left out and why, without telling of anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcare.foundation.record.dataset_queries import IDENTIFIERS, Selection
from localcare.foundation.record.exporting.keys import PseudonymKey
from localcare.foundation.record.exporting.tables import Written

JSON_FILE, PAGE = "export-report.json", "export-report.md"
SMALLEST = 5


@dataclass(frozen=True)
class Report:
    """What the report says. `opted_out` and `withheld` are exact here and coarse in the files."""

    export: str
    selection: Selection
    tables: Mapping[str, Written]
    since: str
    why_whole: str
    key: PseudonymKey | None = None
    opted_out: int = 0
    withheld: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the report for programs and for people."""
        (folder / JSON_FILE).write_text(json.dumps(self._content(), indent=2) + "\n", encoding="utf-8")
        (folder / PAGE).write_text("\n".join(self._lines()) + "\n", encoding="utf-8")

    def warnings(self) -> Iterator[str]:
        """What whoever exported should read now."""
        for table, reason in sorted(self.withheld):
            if reason.startswith("No sensitive list"):
                yield f"{table}: {reason}, so these codes did not leave. Install a list and export again."
        if self.selection.rules and self.selection.rules.coarsening.status != "verified":
            yield "The rules for secondary use are from memory and approved by nobody: have them reviewed."

    def _content(self) -> dict[str, Any]:
        rules = self.selection.rules
        smallest = rules.coarsening.smallest_number if rules else SMALLEST
        return {
            "export": self.export,
            "purpose": self.selection.purpose.value,
            "as_of": self.selection.as_of.isoformat(),
            "written": "what changed since an earlier export" if self.since else "whole",
            "since": self.since,
            "why_whole": self.why_whole,
            "pseudonyms": f"{self.key.project}, version {self.key.version}, key {self.key.fingerprint}" if self.key else "",
            "rules": rules.version if rules else "",
            "rules_status": rules.coarsening.status if rules else "",
            "rows": {name: found.rows for name, found in self.tables.items()},
            "read": {name: found.read for name, found in self.tables.items()},
            "tables_written_whole": {name: found.why_whole for name, found in self.tables.items() if found.is_whole},
            "left_out": {
                "columns": self._columns_left_out(),
                "people_with_an_opt_out": coarse(self.opted_out, smallest) if rules else "not for direct care",
                "rows_with_sensitive_codes": [
                    {"table": table, "reason": reason, "rows": coarse(rows, smallest)}
                    for (table, reason), rows in sorted(self.withheld.items())
                ],
            },
        }  # fmt: skip

    def _columns_left_out(self) -> list[str]:
        rules = self.selection.rules
        columns = (
            sorted(f"persons.{name}" for name in IDENTIFIERS) if self.selection.without_identifiers else []
        )
        if not rules:
            return columns
        if rules.coarsening.postcode != "remove":
            columns.remove("persons.postcode")
        if rules.coarsening.lsoa_code == "remove":
            columns.append("persons.lsoa_code")
        return columns + [
            f"{table}.{name}" for table, names in sorted(rules.free_text.items()) for name in names
        ]

    def _lines(self) -> Iterator[str]:
        content = self._content()
        yield f"# Export for {content['purpose']} as of {content['as_of']}"
        yield ""
        yield f"Written: {content['written']}." + (f" Why whole: {self.why_whole}." if self.why_whole else "")
        if self.key:
            yield ""
            yield f"Pseudonyms: {content['pseudonyms']}. Exports with the same key link; others do not."
        yield from ("", "| table | rows |", "| --- | ---: |")
        yield from (f"| {name} | {found.rows} |" for name, found in self.tables.items())
        yield from ("", "## Left out", "")
        left_out = content["left_out"]
        yield f"- Columns: {', '.join(left_out['columns']) or 'none'}"
        yield f"- People with a national data opt-out: {left_out['people_with_an_opt_out']}"
        for one in left_out["rows_with_sensitive_codes"]:
            yield f"- {one['table']}: {one['reason']}: {one['rows']} rows"
        rules = self.selection.rules
        if rules:
            said = rules.coarsening
            age = said.oldest_age
            yield f"- Dates of birth: to the {said.birth_date}; whoever is {age} or older is shown as {age}"
            yield "- Counts here are rounded to five, and small ones hidden, so that two reports tell nothing of one person"
        warnings = list(self.warnings())
        if warnings:
            yield from ("", "## To read", "", *(f"- {warning}" for warning in warnings))


def coarse(count: int, smallest: int) -> str:
    """A count that tells of nobody: none, fewer than the smallest, or to the nearest five."""
    if count == 0:
        return "none"
    if count < smallest:
        return f"fewer than {smallest}"
    return f"about {max(smallest, 5 * round(count / 5))}"
