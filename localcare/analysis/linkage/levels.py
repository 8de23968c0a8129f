"""The tests that a definition may name, as conditions over two normalised records (suffixes _l and _r)."""

from __future__ import annotations

NEARLY = 0.9  # Jaro-Winkler similarity from which names count as spelt nearly the same
SLIPS = 1  # or so few letters added, lost, changed or exchanged, in names of at least LONG_ENOUGH letters
LONG_ENOUGH = 4

EXCHANGED = "given_l = family_r AND family_l = given_r AND given_l <> family_l"
PARTS_SAME = " + ".join(f"({part}(born_l) = {part}(born_r))::int" for part in ("year", "month", "day"))
SAME_LINE = "line_l = line_r"
SAME_POSTCODE = "postcode_l = postcode_r"

MISSING = {
    "given": "given_l IS NULL OR given_r IS NULL",
    "family": "family_l IS NULL OR family_r IS NULL",
    "born": "born_l IS NULL OR born_r IS NULL",
    "telephone": "telephone_l IS NULL OR telephone_r IS NULL",
    "sex": "sex_l IS NULL OR sex_r IS NULL",
    "address": "(line_l IS NULL OR line_r IS NULL) AND (postcode_l IS NULL OR postcode_r IS NULL)",
}
FREQUENCY_COLUMN = {"address": "postcode"}  # else the compared column itself


def condition(comparison: str, test: str) -> str:
    """The SQL of one test of a comparison; ValueError when there is no such test for it."""
    if test == "otherwise":
        return "ELSE"
    found = _ADDRESS.get(test) if comparison == "address" else _tests(comparison).get(test)
    if found is None:
        raise ValueError(f"There is no test {test!r} for {comparison}. Use one that the schema lists.")
    return found


_ADDRESS = {
    "same_line_and_postcode": f"{SAME_LINE} AND {SAME_POSTCODE}",
    "same_line": SAME_LINE,
    "same_postcode": SAME_POSTCODE,
    "same_district": "district_l = district_r",
}


def _tests(name: str) -> dict[str, str]:
    one, other = f"{name}_l", f"{name}_r"
    tests = {"same": f"{one} = {other}"}
    if name in ("given", "family"):
        tests |= {
            "exchanged": EXCHANGED,
            "share_a_word": f"list_has_any({name}_words_l, {name}_words_r)",
            "nearly": (
                f"jaro_winkler_similarity({one}, {other}) >= {NEARLY} OR (least(length({one}), length({other}))"
                f" >= {LONG_ENOUGH} AND damerau_levenshtein({one}, {other}) <= {SLIPS})"
            ),
        }
    if name == "given":
        tests |= {
            "short_form": "list_has_any(given_roots_l, given_roots_r)",
            "initial": "least(length(given_l), length(given_r)) = 1 AND left(given_l, 1) = left(given_r, 1)",
        }
    if name == "born":
        tests |= {
            "day_and_month_exchanged": (
                "year(born_l) = year(born_r) AND month(born_l) = day(born_r) AND day(born_l) = month(born_r)"
            ),
            "two_parts_same": f"{PARTS_SAME} = 2",
        }
    return tests
