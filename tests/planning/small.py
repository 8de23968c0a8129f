"""A small scenario that the tests write out, and who asks about it."""

from __future__ import annotations

from typing import Any

import yaml

TEXT = """
scenario: small-ward
title: A small ward
summary: People come to a ward, stay, and go home or on to a bed elsewhere.
version: 1
owner: planning-and-modelling
source: synthetic
review_by: 2027-11-01
starts_on: 2024-01-01
days: 60
seed: 7
replications: 6
assumptions: [Everybody is alike.]
services:
  ward:
    kind: acute-ward
    title: Ward
    unit: bed
    source: synthetic
    capacity:
      - {from: 2024-01-01, until: 2024-01-31, places: 12}
      - {from: 2024-02-01, places: 14}
  clinic:
    kind: clinic
    title: Clinic
    unit: nurse
    source: synthetic
    capacity: [{from: 2024-01-01, places: 3}]
own_pathways:
  stay:
    title: A stay on the ward
    steps:
      assess: {title: Assess, by: clinic, outcomes: {ward: [ward], home: "end:home"}}
      ward: {title: Stay on the ward, by: acute-ward, outcomes: {home: "end:home", elsewhere: "end:elsewhere"}}
    ends: {home: At home, elsewhere: In another bed}
pathways:
  stay:
    source: synthetic
    demand: {per_day: 4, source: synthetic}
    steps:
      assess:
        duration: {distribution: exponential, unit: hours, mean: 6, source: synthetic}
        outcomes: {ward: 0.5, home: 0.5}
      ward:
        duration: {distribution: exponential, unit: days, mean: 5, source: synthetic}
        outcomes: {home: 0.9, elsewhere: 0.1}
changes:
  - code: fewer
    title: Fewer people come
    what: demand
    pathway: stay
    value: 0.9
    from: 2024-02-01
    full_from: 2024-02-10
    source: synthetic
"""


def content() -> dict[str, Any]:
    """The words of the small scenario."""
    found: dict[str, Any] = yaml.safe_load(TEXT)
    return found
