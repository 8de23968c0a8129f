"""Reading what somebody typed into the one search box: numbers, dates, years, postcodes, names, in any order."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from localcare.kernel.identifiers import nhs_number, postcodes

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
OLDEST_YEAR = 1880
NUMBER = re.compile(r"(?<![\w/.-])\d{3}[\s\u00a0-]?\d{3}[\s\u00a0-]?\d{4}(?![\w/.-])")
PART_OF_NUMBER = re.compile(r"\d{5,9}|\d{11,}")
ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
BRITISH_DATE = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
WORDED_DATE = re.compile(
    rf"(?<!\w)(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+({'|'.join(MONTHS)})[a-z]*[\s-]+(\d{{4}})(?!\d)", re.I
)
FULL_POSTCODE = re.compile(r"(?<!\w)([a-z]{1,2}\d[a-z\d]?)\s*(\d[a-z]{2})(?!\w)", re.I)
FEWEST_LETTERS = 2


@dataclass(frozen=True)
class Terms:
    """What to look for; every part that is there must hold."""

    nhs_number: str = ""
    born: tuple[date, ...] = ()  # as typed first, then with day and month exchanged where that is a day
    born_in: int | None = None
    postcode: str = ""
    names: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing to look for."""
        return not (self.nhs_number or self.born or self.born_in or self.postcode or self.names)


def read(text: str, *, today: date) -> Terms:
    """The terms of a search; what cannot be read is a fault that says what to type instead."""
    faults: list[str] = []
    rest, number = _take_number(text, faults)
    rest, born = _take_date(rest, today, faults)
    rest, postcode = _take_postcode(rest)
    year, names = None, []
    for word in plain_words(rest):
        if re.fullmatch(r"\d{4}", word) and OLDEST_YEAR <= int(word) <= today.year:
            year = int(word)
        elif not postcode and postcodes.is_outward(word):
            postcode = word.upper()
        elif any(letter.isdigit() for letter in word):
            faults.append(_what_digits_may_be(word))
        elif len(word) >= FEWEST_LETTERS:
            names.append(word)
        else:
            faults.append("One letter is too little to search by: type more of the name.")
    return Terms(number, born, year, postcode, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(faults)))


def plain_words(text: str) -> list[str]:
    """Words in small letters without accents, as the database keeps them."""
    decomposed = unicodedata.normalize(
        "NFKD", text.lower().replace("ß", "ss").replace("ø", "o").replace("ł", "l")
    )
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return [word for word in re.split(r"[\W_]+", re.sub(r"['’`.]", "", bare)) if word]


def _take_number(text: str, faults: list[str]) -> tuple[str, str]:
    match = NUMBER.search(text)
    if not match:
        return text, ""
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    try:
        return rest, nhs_number.normalise(match[0])
    except nhs_number.InvalidNhsNumber as error:
        faults.append(str(error))
        return rest, ""


def _take_date(text: str, today: date, faults: list[str]) -> tuple[str, tuple[date, ...]]:
    for pattern, order in ((ISO_DATE, "ymd"), (WORDED_DATE, "dmy"), (BRITISH_DATE, "dmy")):
        match = pattern.search(text)
        if match:
            year, month, day = (match[order.index(part) + 1] for part in "ymd")
            rest = f"{text[: match.start()]} {text[match.end() :]}"
            number = MONTHS.index(month[:3].casefold()) + 1 if month[:1].isalpha() else int(month)
            days = _days(_four_digits(year, today), number, int(day))
            if not days:
                faults.append("That date is no real day: type a date of birth like 12/03/1947.")
            return rest, days
    return text, ()


def _days(year: int, month: int, day: int) -> tuple[date, ...]:
    found = []
    for month_number, day_number in dict.fromkeys(((month, day), (day, month))):
        try:
            found.append(date(year, month_number, day_number))
        except ValueError:
            continue
    return tuple(found)


def _four_digits(year: str, today: date) -> int:
    """Two digits mean the latest such year that is not in the future."""
    if len(year) == 4:
        return int(year)
    century = today.year - today.year % 100
    return century + int(year) if century + int(year) <= today.year else century - 100 + int(year)


def _take_postcode(text: str) -> tuple[str, str]:
    match = FULL_POSTCODE.search(text)
    if not match:
        return text, ""
    return f"{text[: match.start()]} {text[match.end() :]}", postcodes.normalise(match[0])


def _what_digits_may_be(word: str) -> str:
    if PART_OF_NUMBER.fullmatch(word):
        return "An NHS number has 10 digits: type all of them."
    return f"“{word}” is no name, year or postcode: type a year like 1947 or a postcode like CT14."
