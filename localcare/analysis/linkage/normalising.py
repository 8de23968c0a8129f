"""One way to write names, days, addresses and numbers, so that what is the same looks the same. All of it in DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from localcare.analysis.linkage.definition import LinkageModel

COLUMNS = (
    "record_id", "nhs_number", "local_identifier", "family_name", "given_name", "birth_date", "sex", "address_line",
    "postcode", "telephone",
)  # fmt: skip
NEEDED = ("record_id", "family_name", "given_name", "birth_date")
WEIGHTS = range(10, 1, -1)  # NHS Data Dictionary, NHS number check digit (modulus 11)
ABBREVIATED = {
    "lane": "ln", "road": "rd", "close": "cl", "street": "st", "avenue": "ave", "terrace": "terr", "gardens": "gdns",
    "court": "ct", "drive": "dr", "saint": "st", "flat": "", "apartment": "",
}  # fmt: skip
NO_ADDRESS = "ZZ99%"  # pseudo-postcodes: abroad, no fixed abode, not known


def letters(text: str) -> str:
    """A name in small letters without accents or marks; what stands between words becomes one blank."""
    plain = f"lower(strip_accents(translate({text}, 'łŁøØđĐ’', 'lLoOdD''')))"
    return f"trim(regexp_replace(regexp_replace({plain}, '[''`.]', '', 'g'), '[^a-z]+', ' ', 'g'))"


def valid_number(text: str) -> str:
    """The ten digits of an NHS number whose check digit fits, else NULL; ten equal digits are none."""
    digits = f"regexp_replace({text}, '[\\s\\-]', '', 'g')"
    places = [f"try_cast(substr({digits}, {place}, 1) AS INT)" for place in range(1, 11)]
    total = " + ".join(f"{weight} * {place}" for weight, place in zip(WEIGHTS, places, strict=False))
    several = f"len(list_distinct(string_split({digits}, ''))) > 1"
    shape = f"regexp_full_match({digits}, '[0-9]{{10}}') AND {several}"
    return f"CASE WHEN {shape} AND (11 - ({total}) % 11) % 11 = {places[9]} THEN {digits} END"


def normalise(engine: Any, raw: str, table: str, model: LinkageModel) -> None:
    """Make `table` from the table or view `raw`, which has all of COLUMNS; empty text becomes NULL."""
    _short_forms(engine, model)
    engine.execute(f"CREATE OR REPLACE TABLE {table} AS {_select(raw, model)}")


def _short_forms(engine: Any, model: LinkageModel) -> None:
    rows = [(name, group[0]) for group in model.short_forms for name in group]
    names, roots = (list(column) for column in zip(*rows, strict=True))
    engine.execute(
        "CREATE OR REPLACE TABLE short_form AS SELECT unnest($1) AS name, unnest($2) AS root", [names, roots]
    )


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _line() -> str:
    line = "lower(strip_accents(address_line))"
    for word, shorter in ABBREVIATED.items():
        line = f"regexp_replace({line}, '\\b{word}\\b', '{shorter}', 'g')"
    return f"nullif(regexp_replace({line}, '[^a-z0-9]+', '', 'g'), '')"


def _select(raw: str, model: LinkageModel) -> str:
    postcode = "nullif(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'), '')"
    digits = "regexp_replace(telephone, '[^0-9]', '', 'g')"
    return f"""
    WITH plain AS (
        SELECT record_id::VARCHAR AS record_id, {valid_number("nhs_number")} AS number,
            nullif(trim(nhs_number), '') IS NOT NULL AS number_given, local_identifier,
            nullif({letters("given_name")}, '') AS given_text, nullif({letters("family_name")}, '') AS family_text,
            CASE WHEN birth_date::VARCHAR NOT IN ({_listed(model.placeholder_days)}) THEN birth_date END AS born,
            CASE lower(trim(sex)) WHEN 'female' THEN 'female' WHEN 'f' THEN 'female' WHEN '2' THEN 'female'
                WHEN 'male' THEN 'male' WHEN 'm' THEN 'male' WHEN '1' THEN 'male' END AS sex,
            CASE WHEN {postcode} NOT LIKE '{NO_ADDRESS}' THEN {postcode} END AS postcode, {_line()} AS line,
            CASE WHEN length({digits}) >= 10 THEN right({digits}, 10) END AS telephone
        FROM {raw}
    ), named AS (
        SELECT *, CASE WHEN replace(given_text, ' ', '') NOT IN ({_listed(model.unnamed)}) THEN given_text END AS given,
            CASE WHEN replace(family_text, ' ', '') NOT IN ({_listed(model.unnamed)}) THEN family_text END AS family
        FROM plain
    ), roots AS (SELECT name, list(root ORDER BY root) AS roots FROM short_form GROUP BY name)
    SELECT record_id, number, number_given, local_identifier, given, family, born, sex, postcode, line, telephone,
        string_split(given, ' ') AS given_words, string_split(family, ' ') AS family_words,
        coalesce(roots, [string_split(given, ' ')[1]]) AS given_roots,
        coalesce(roots[1], string_split(given, ' ')[1]) AS given_root,
        CASE WHEN length(postcode) > 4 THEN left(postcode, length(postcode) - 3) END AS district,
        least(given, family) || '/' || greatest(given, family) AS names_in_order, year(born) AS born_year,
        concat_ws('/', year(born), least(month(born), day(born)), greatest(month(born), day(born))) AS born_parts
    FROM named LEFT JOIN roots ON roots.name = string_split(given, ' ')[1]
    ORDER BY record_id"""
