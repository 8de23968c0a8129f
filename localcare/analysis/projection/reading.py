"""Reading the reviewed projections under definitions/projections."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from localcare.analysis.projection.model import Factor, Input, Projection, ProjectionError

FOLDER = Path(__file__).parents[2] / "definitions" / "projections"
NEEDED = {
    "population": ("growth", "times", "base", "over_65_low", "over_65_high"),
    "deficit": ("deficit_from", "deficit_to", "cost", "income_width"),
    "activity": (),
}


@cache
def projections() -> Mapping[str, Projection]:
    """The shipped projections by code."""
    found = [read_file(file) for file in sorted(FOLDER.glob("*.yaml"))]
    return {projection.code: projection for projection in found}


def read_file(file: Path) -> Projection:
    """The projection of a file; ProjectionError naming file, place and remedy."""
    return read_projection(yaml.safe_load(file.read_text(encoding="utf-8")), name=file.name)


def read_projection(content: Any, *, name: str = "projection") -> Projection:
    """The projection that content says; ProjectionError naming the place of the first fault."""
    schema = json.loads((FOLDER / "projection.schema.json").read_text(encoding="utf-8"))
    fault = next(jsonschema.Draft202012Validator(schema).iter_errors(content), None)
    if fault:
        raise ProjectionError(f"{name}: {fault.json_path}: {fault.message}. Mend it as the schema asks.")
    for code in NEEDED[content["kind"]]:
        if code not in content["inputs"]:
            raise ProjectionError(
                f"{name}: inputs.{code} is missing. Add it with value, unit, status and source."
            )
    if content["to_year"] <= content["from_year"]:
        raise ProjectionError(f"{name}: to_year must come after from_year. Put the later year there.")
    return Projection(
        code=content["projection"],
        kind=content["kind"],
        title=content["title"],
        version=str(content["version"]),
        owner=content["owner"],
        source=content["source"],
        review_by=str(content["review_by"]),
        summary=content["summary"].strip(),
        from_year=content["from_year"],
        to_year=content["to_year"],
        other_from_years=tuple(content.get("other_from_years", ())),
        year_note=content.get("year_note", ""),
        reading=content.get("reading", "rate"),
        population=content.get("population", ""),
        seed=content.get("seed", 0),
        runs=content.get("runs", 256),
        inputs=_inputs(content["inputs"]),
        groups=_inputs(content.get("groups", {})),
        factors=tuple(_factor(name, code, said) for code, said in content.get("factors", {}).items()),
    )


def _inputs(said: Mapping[str, Any]) -> dict[str, Input]:
    return {
        code: Input(
            code=code,
            title=one.get("title", code),
            value=_decimal(one["value"]),
            unit=one["unit"],
            status=one["status"],
            source=one["source"],
        )
        for code, one in said.items()
    }


def _factor(name: str, code: str, said: Mapping[str, Any]) -> Factor:
    factor = Factor(
        code=code,
        title=said["title"],
        low=_decimal(said["low"]),
        high=_decimal(said["high"]),
        least=_decimal(said.get("least", -1)),
        most=_decimal(said.get("most", 10)),
        per_year=said.get("per_year", False),
        groups=tuple(said.get("groups", ())),
        status=said["status"],
        source=said["source"],
        from_population=said.get("from_population", False),
    )
    if not factor.least <= factor.low <= factor.high <= factor.most:
        raise ProjectionError(
            f"{name}: factors.{code}: least, low, high and most must rise. Put them in order; least is -1 unless given."
        )
    return factor


def _decimal(value: Any) -> Decimal:
    """Exactly what was written: 0.1 is a tenth."""
    return Decimal(str(value))
