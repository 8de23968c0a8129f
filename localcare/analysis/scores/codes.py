"""How codes are brought to one form before anything is looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_NOT_ALPHANUMERIC = re.compile(r"[^A-Z0-9]+")
_RANGE = re.compile(r"^([A-Z])(\d+)(?:\.(\d))?$")

SYSTEM_NAMES = {
    "http://snomed.info/sct": "SNOMED-CT",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://hl7.org/fhir/sid/icd-10-uk": "ICD-10",
    "https://dmd.nhs.uk": "DMD",
    "http://loinc.org": "LOINC",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RXNORM",
    "http://read.info/ctv3": "CTV3",
    "http://read.info/readv2": "READ-V2",
    "SNOMED": "SNOMED-CT",
    "SCT": "SNOMED-CT",
    "ICD10": "ICD-10",
}


def normalise_icd10(code: str | None) -> str:
    """Upper case, letters and digits only: " i11.0", "I110" and "I11.0†" are all "I110"; "" for no code."""
    return _NOT_ALPHANUMERIC.sub("", (code or "").upper())


def normalise_system(system: str | None) -> str:
    """The short name of a code system given by name or address."""
    name = (system or "").strip()
    return SYSTEM_NAMES.get(name, SYSTEM_NAMES.get(name.upper(), name.upper()))


def normalise_code(system: str | None, code: str | None) -> tuple[str, str]:
    """System and code in the one form in which code lists and records are compared."""
    short = normalise_system(system)
    if short == "ICD-10":
        return short, normalise_icd10(code)
    text = (code or "").strip()
    return short, text if short in {"CTV3", "READ-V2"} else text.upper()  # Read codes are case-sensitive


def expand_codes(written: Iterable[str]) -> Iterator[str]:
    """ICD-10 prefixes from codes and ranges as people write them: "I21", "I25.2", "I60-I69", "K70.0-K70.3".

    Raises ValueError for a range that cannot be read.
    """
    for entry in written:
        first, _, last = entry.partition("-")
        if not last:
            yield normalise_icd10(first)
        else:
            yield from _expand_range(entry, first, last)


def _expand_range(entry: str, first: str, last: str) -> Iterator[str]:
    start, end = _RANGE.match(first), _RANGE.match(last)
    if start is None or end is None or start[1] != end[1] or bool(start[3]) != bool(end[3]):
        raise ValueError(f"{entry!r} is not a range of ICD-10 codes such as I60-I69 or K70.0-K70.3")
    low, high = (int(match[2] + (match[3] or "")) for match in (start, end))
    if low > high:
        raise ValueError(f"{entry!r} ends before it begins")
    width = len(start[2]) + (1 if start[3] else 0)
    for number in range(low, high + 1):
        yield f"{start[1]}{number:0{width}d}"
