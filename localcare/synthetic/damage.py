"""What can be wrong with one record of a second source, each kind at its stated rate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np

from localcare.synthetic.definitions import definition
from localcare.synthetic.dirt import misspelt

Record = dict[str, Any]
Damage = Callable[[np.random.Generator, Record, list[Record], date], bool]
HEARD = (("ph", "f"), ("ey", "y"), ("ough", "uff"), ("ck", "k"), ("th", "t"), ("ie", "y"), ("ll", "l"), ("mere", "mear"),
         ("combe", "coombe"), ("hythe", "hithe"), ("shaw", "shore"), ("ley", "leigh"), ("wick", "wyck"))  # fmt: skip
SHORTER = ((" Lane", " Ln"), (" Road", " Rd"), (" Close", " Cl"), (" Street", " St"), (" Avenue", " Ave"),
           (" Terrace", " Terr"), (" Gardens", " Gdns"), (" Court", " Ct"), (" Drive", " Dr"))  # fmt: skip
ADULT = 18
NEWBORN = timedelta(days=60)


def damaged(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> Record:
    """A copy of the record with what goes wrong in it, and the names of that in `damage`."""
    rates = definition("second_source")["damage"]
    draws = random.random(len(rates))
    copy, done = dict(record), []
    for draw, (name, rate) in zip(draws.tolist(), rates.items(), strict=True):
        if draw < rate and DAMAGES[name](random, copy, everybody, as_of):
            done.append(name)
    copy["damage"] = " ".join(done)
    return copy


def _somebody(random: np.random.Generator, everybody: list[Record]) -> Record:
    return everybody[int(random.integers(len(everybody)))]


def _age(record: Record, as_of: date) -> int:
    return int((as_of - record["birth_date"]).days // 365.25)


def _no_number(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    record["nhs_number"] = None
    return True


def _number_of_relative(
    random: np.random.Generator, record: Record, everybody: list[Record], as_of: date
) -> bool:
    """The number of whoever stands next in the household, or of anybody at all."""
    key = record["truth_key"]
    near = [everybody[place] for place in (key - 1, key + 1) if 0 <= place < len(everybody)]
    home = [other for other in near if other["household"] == record["household"]]
    other = home[0] if home else _somebody(random, everybody)
    if record["nhs_number"] is None or other["truth_key"] == key:
        return False
    record["nhs_number"] = other["nhs_number"]
    return True


def _slip(field: str) -> Damage:
    def slip(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
        before = record[field] or ""
        record[field] = misspelt(random, before)
        return bool(record[field] != before)

    return slip


def _as_heard(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    before = record["family_name"]
    for written, heard in HEARD:
        if written in before.lower()[1:]:
            record["family_name"] = before[0] + before[1:].replace(written, heard, 1)
            return bool(record["family_name"] != before)
    return False


def _short_form(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    forms = definition("second_source")["short_forms"].get(record["given_name"])
    if not forms:
        return False
    record["given_name"] = forms[int(random.integers(len(forms)))]
    return True


def _middle_name(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    """Another given name stands beside the usual one, before or behind it."""
    other = _somebody(random, everybody)["given_name"]
    if not (record["given_name"] and other) or other == record["given_name"]:
        return False
    both = [record["given_name"], other]
    record["given_name"] = " ".join(both if random.random() < 0.7 else both[::-1])
    return True


def _initial(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    if not record["given_name"]:
        return False
    record["given_name"] = record["given_name"][0]
    return True


def _exchanged(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    if not record["given_name"]:
        return False
    record["given_name"], record["family_name"] = record["family_name"], record["given_name"]
    return True


def _maiden(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    other = _somebody(random, everybody)["family_name"]
    if record["sex"] != "female" or _age(record, as_of) < ADULT or other == record["family_name"]:
        return False
    record["family_name"] = other
    return True


def _double_barrelled(
    random: np.random.Generator, record: Record, everybody: list[Record], as_of: date
) -> bool:
    if record["sex"] != "female" or _age(record, as_of) < ADULT:
        return False
    record["family_name"] = f"{record['family_name']}-{_somebody(random, everybody)['family_name']}"
    return True


def _day_and_month(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    born: date = record["birth_date"]
    if born.day > 12 or born.day == born.month or (other := date(born.year, born.day, born.month)) > as_of:
        return False
    record["birth_date"] = other
    return True


def _one_part(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    """Another day, month or year, as a slip of one key makes it."""
    born: date = record["birth_date"]
    year, month, day = born.year, born.month, min(born.day, 28)
    which = int(random.integers(3))
    if which == 0:
        year += int(random.choice([-10, -1, 1, 10]))
    elif which == 1:
        month = month % 12 + 1
    else:
        day = day % 28 + 1
    if (other := date(year, month, day)) > as_of:
        return False
    record["birth_date"] = other
    return True


def _moved(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    other = _somebody(random, everybody)
    record["address_line"], record["postcode"] = other["address_line"], other["postcode"]
    return True


def _abbreviated(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    before = record["address_line"] or ""
    for word, shorter in SHORTER:
        record["address_line"] = before.replace(word, shorter)
        if record["address_line"] != before:
            return True
    record["address_line"] = before.upper()
    return True


def _empty(field: str) -> Damage:
    def empty(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
        was = record[field]
        record[field] = None
        return was is not None

    return empty


def _no_address(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    record["address_line"] = record["postcode"] = None
    return True


def _other_telephone(
    random: np.random.Generator, record: Record, everybody: list[Record], as_of: date
) -> bool:
    record["telephone"] = _somebody(random, everybody)["telephone"]
    return True


def _wrong_sex(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    other = {"female": "male", "male": "female"}.get(record["sex"])
    record["sex"] = other or record["sex"]
    return other is not None


def _unnamed(random: np.random.Generator, record: Record, everybody: list[Record], as_of: date) -> bool:
    if as_of - record["birth_date"] > NEWBORN:
        return False
    record["given_name"] = None if random.random() < 0.4 else "Baby"
    return True


DAMAGES: dict[str, Damage] = {
    "no_number": _no_number, "number_of_relative": _number_of_relative, "given_typing_slip": _slip("given_name"),
    "family_typing_slip": _slip("family_name"), "family_as_heard": _as_heard, "short_form": _short_form,
    "middle_name_used": _middle_name, "initial_only": _initial, "names_exchanged": _exchanged, "maiden_name": _maiden,
    "double_barrelled": _double_barrelled, "day_and_month_exchanged": _day_and_month, "birth_one_part": _one_part,
    "moved": _moved, "address_abbreviated": _abbreviated, "postcode_missing": _empty("postcode"), "address_missing": _no_address,
    "telephone_other": _other_telephone, "telephone_missing": _empty("telephone"), "sex_missing": _empty("sex"),
    "sex_wrong": _wrong_sex, "newborn_unnamed": _unnamed,
}  # fmt: skip
