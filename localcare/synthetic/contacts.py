"""Contacts with general practice, community, mental-health, social-care and voluntary services."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from localcare.analysis.dataset.schema import CONTACT_SETTINGS, CONTACTS
from localcare.synthetic.columns import coded, days, moments, record_batch
from localcare.synthetic.definitions import Floats, choose, conditions, definition, shares
from localcare.synthetic.health import Health, yearly_rate
from localcare.synthetic.people import DAYS_IN_YEAR, Ints, People
from localcare.synthetic.practices import PracticeShare
from localcare.synthetic.timing import Calendar, draw_days, repeated, seconds_of_day

MODES = ("face-to-face", "home-visit", "telephone", "video", "other")
# contacts a year because of a condition, by setting
BECAUSE_OF = {
    "community": {
        "housebound": 5,
        "skin_ulcer": 6,
        "mobility": 1,
        "care_requirement": 2,
        "foot_problems": 0.5,
    },
    "mental-health": {"severe_mental_illness": 7, "depression": 0.4, "dementia": 0.8},
    "social-care": {"care_requirement": 2.5, "social_vulnerability": 0.4, "dementia": 0.7},
    "voluntary": {"social_vulnerability": 0.8, "housebound": 0.3, "depression": 0.05},
}
MODE_WEIGHTS = {
    "general-practice": (0.62, 0.03, 0.31, 0.03, 0.01), "community": (0.3, 0.62, 0.07, 0.01, 0.0),
    "mental-health": (0.5, 0.12, 0.25, 0.12, 0.01), "social-care": (0.25, 0.45, 0.28, 0.01, 0.01),
    "voluntary": (0.5, 0.2, 0.28, 0.02, 0.0), "out-patient": (0.75, 0.0, 0.2, 0.05, 0.0),
}  # fmt: skip
MISSED_SHARE = {"out-patient": 0.07, "mental-health": 0.1, "general-practice": 0.04}


def contact_rows(
    random: np.random.Generator, people: People, health: Health, *,
    calendar: Calendar, intensity: float, practices: tuple[PracticeShare, ...],
) -> pa.Table:  # fmt: skip
    """The contacts table of the chunk, person by person; keys start at 1."""
    winter = definition("activity")["winter"]["general_practice"]
    quantiles = calendar.quantiles(winter=winter, working_days=True)
    owners = []
    for name in CONTACT_SETTINGS:
        factor = intensity if name == "general-practice" else 1.0
        rate = _rate(name, people, health) * factor * calendar.length / DAYS_IN_YEAR
        owners.append(repeated(random.poisson(rate))[0])
    who = np.concatenate(owners)
    setting = np.repeat(np.arange(len(CONTACT_SETTINGS)), [len(owner) for owner in owners])
    day = draw_days(random, quantiles, len(who))
    kept = np.flatnonzero((day >= people.born[who]) & (day <= people.last_day[who]))
    kept = kept[np.argsort(who[kept], kind="stable")]
    return _table(random, people, who[kept], setting[kept], day[kept], practices)


def _rate(setting: str, people: People, health: Health) -> Floats:
    if setting in BECAUSE_OF:
        rate = np.zeros(people.count)
        for name, yearly in BECAUSE_OF[setting].items():
            rate += yearly * health.has[:, conditions().position(name)]
        return rate
    return yearly_rate(setting.replace("-", "_"), people, health)


def _table(
    random: np.random.Generator, people: People, who: Ints, setting: Ints, day: Ints,
    practices: tuple[PracticeShare, ...],
) -> pa.Table:  # fmt: skip
    count = len(who)
    start = seconds_of_day(random, count, from_hour=8, to_hour=18)
    missed = random.random(count) < np.array([MISSED_SHARE.get(s, 0.0) for s in CONTACT_SETTINGS])[setting]
    columns = {
        "contact_id": pa.array(np.arange(1, count + 1)),
        "person_id": pa.array(people.ids[who]),
        "setting": coded(setting, pa.array(CONTACT_SETTINGS)),
        "provider_code": _providers(people, who, setting, practices),
        "occurred_on": days(day),
        "occurred_at": moments(day, start),
        "mode": _worded(
            random, setting, {s: dict(zip(MODES, w, strict=True)) for s, w in MODE_WEIGHTS.items()}
        ),
        "professional_role": _worded(random, setting, definition("activity")["roles"]),
        "reason": _worded(
            random,
            setting,
            {s: dict.fromkeys(words, 1) for s, words in definition("activity")["reasons"].items()},
        ),
        "attended": pa.array(~missed),
    }
    return record_batch(CONTACTS, columns, count)


def _worded(random: np.random.Generator, setting: Ints, weights: dict[str, dict[str, float]]) -> pa.Array:
    """A word for each contact, drawn with the weights of its setting."""
    words = list(dict.fromkeys(word for choices in weights.values() for word in choices))
    picked = np.zeros(len(setting), dtype=np.int64)
    for position, name in enumerate(CONTACT_SETTINGS):
        rows = np.flatnonzero(setting == position)
        names, cumulative = shares(weights[name])
        picked[rows] = np.array([words.index(n) for n in names])[choose(random, cumulative, len(rows))]
    return coded(picked, pa.array(words))


def _providers(people: People, who: Ints, setting: Ints, practices: tuple[PracticeShare, ...]) -> pa.Array:
    """General practice contacts carry the practice's code, others a provider of their kind."""
    by_setting = definition("activity")["providers"]
    words = [practice.code for practice in practices]
    code = people.practice[who].copy()
    for position, name in enumerate(CONTACT_SETTINGS):
        if name == "general-practice":
            continue
        rows = np.flatnonzero(setting == position)
        code[rows] = len(words) + people.practice[who[rows]] % len(by_setting[name])
        words += by_setting[name]
    return coded(code, pa.array(words))
