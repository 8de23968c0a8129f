"""The reference page of the scores, from the definitions and the columns of the result."""

from __future__ import annotations

from collections.abc import Iterator

from localcare.analysis.scores.columns import ALL, columns_of
from localcare.analysis.scores.definitions import Definition, Item, definition
from localcare.analysis.scores.packs import shipped_packs


def reference_markdown() -> str:
    """docs/reference/scores.md; a test keeps the file in step."""
    lines = [
        "# Scores",
        "",
        "<!-- Generated from localcare/definitions/scores and codelists; do not edit by hand. -->",
        "",
        "Every score is a reason to look at a person's record, never a decision. None is a medical device; each states",
        "what it is for and what it cannot see. Weights, codes, windows and bands are reviewed data in",
        "`localcare/definitions/scores`; arithmetic is in integers, so results are the same on every machine.",
        "",
        "Windows begin after the same day so many months earlier (or that month's last day) and end with the date itself:",
        "12 months up to 22 November 2026 are the days from 23 November 2025 to 22 November 2026. Nothing after the date",
        "counts. The result has one row for everyone registered and alive on the date, with 0 where nothing was recorded.",
        "",
        "## Columns of the result",
        "",
        "| column | type | meaning |",
        "| --- | --- | --- |",
        *(f"| `{column.name}` | {column.type} | {column.meaning} |" for column in columns_of(ALL)),
    ]
    for name in ALL:
        lines += ["", *_score(definition(name))]
    lines += ["", *_packs()]
    return "\n".join(lines) + "\n"


def _score(of: Definition) -> Iterator[str]:
    yield f"## {of.title}"
    yield ""
    yield f"Version {of.version}, {of.status}; owner {of.owner}, review by {of.review_by}."
    for title, text in (
        ("Intended use", of.intended_use), ("What it cannot see", of.cannot_see), ("Rule", of.rule),
        ("Source", of.source), ("Status", of.status_note),
    ):  # fmt: skip
        if text:
            yield f"\n**{title}.** {text.strip().rstrip('.')}."
    if of.bands:
        yield f"\n**Bands.** {_bands(of)}."
    if of.hierarchies:
        yield "\n**Not counted beside the more severe form.** " + "; ".join(
            f"{of.item(mild).label} beside {of.item(severe).label}" for severe, mild in of.hierarchies
        ) + "."  # fmt: skip
    if of.items:
        yield ""
        yield from _items(of)


def _bands(of: Definition) -> str:
    return ", ".join(
        band.name if band.up_to is None else f"{band.name} up to {band.up_to / of.scale:g}"
        for band in of.bands
    )


def _items(of: Definition) -> Iterator[str]:
    weights = list(of.weight_sets) or ["points"]
    yield f"| item | {' | '.join(weights)} | shown by |"
    yield f"| --- | {' | '.join('---:' for _ in weights)} | --- |"
    for item in of.items:
        values = [item.weights[name] for name in of.weight_sets] or [item.weight]
        numbers = " | ".join(f"{value / of.scale:g}" for value in values)
        yield f"| {item.label} | {numbers} | {_shown_by(item)} |"


def _shown_by(item: Item) -> str:
    parts = [f"ICD-10 {' '.join(item.prefixes)}"] if item.prefixes else []
    parts += [f"list `{item.code_list}`"] if item.code_list else []
    parts += [f"in {item.look_back_months} months"] if item.look_back_months else []
    for rule in item.value_rules:
        limits = [f"below {rule.below:g}"] if rule.below is not None else []
        limits += [f"above {rule.above:g}"] if rule.above is not None else []
        at = " (or at it)" if rule.inclusive else ""
        who = f", {rule.sex} only" if rule.sex else ""
        parts.append(f"`{rule.code_list}` {' or '.join(limits)}{at} {rule.units[0]}{who}".rstrip())
    for codes, seconds in item.needs_secondary:
        parts.append(f"{' '.join(codes)} only with {' '.join(seconds)}")
    parts += ["(from memory)"] if item.status == "from memory" else []
    return "; ".join(parts) or "medicines"


def _packs() -> Iterator[str]:
    yield "## Code list packs"
    yield ""
    yield "Code lists are packs to install: put a pack's YAML (and CSV) in a folder and name the folder with"
    yield "`write_scores(…, packs_folder=…)`. A pack has a name, version, source, licence, checksum and lists; lists of"
    yield "one name in several packs add up. These come with the project:"
    yield ""
    yield "| pack | version | codes | source | licence |"
    yield "| --- | --- | ---: | --- | --- |"
    for pack in shipped_packs().packs:
        yield f"| {pack.title} (`{pack.name}`) | {pack.version} | {len(pack.codes)} | {pack.source} | {pack.licence} |"
