"""Which service of the scenario does a step: those that the journal names, put together where they share a step."""

from __future__ import annotations

import re
from collections.abc import Mapping

from localcare.analysis.pathways.model import ANY_SERVICE, Pathway
from localcare.analysis.simulation.scenario.fitting.observed import Tasks

LONGEST = 64  # of a code
Key = tuple[str, str]  # pathway and step, or kind and service


def services_in(tasks: Tasks, pathways: Mapping[str, Pathway]) -> tuple[dict[Key, str], dict[str, str]]:
    """The service of each step, and the kind of each service.

    Services of one kind that share a step are one: a scenario that knows no areas cannot tell who goes where. A service
    that does steps of several kinds is one for each.
    """
    seen: dict[Key, set[Key]] = {}
    rows = zip(tasks.pathway.tolist(), tasks.step.tolist(), tasks.service.tolist(), strict=True)
    for pathway, step, service in sorted(set(rows)):
        kind = pathways[pathway].steps[step].by
        whose = (
            ANY_SERVICE if kind == ANY_SERVICE else service or "somebody"
        )  # of many kinds: one for them all
        seen.setdefault((pathway, step), set()).add((kind, whose))
    together = _together(seen)
    names = _names({frozenset(group) for group in together.values()})
    services_of = {key: names[frozenset(together[min(group)])] for key, group in seen.items()}
    kinds = {names[frozenset(group)]: min(group)[0] for group in together.values()}
    return services_of, {name: kinds[name] for name in sorted(kinds)}


def _together(seen: Mapping[Key, set[Key]]) -> dict[Key, set[Key]]:
    """Each service with all that it shares a step with, directly or through others."""
    together: dict[Key, set[Key]] = {}
    for group in seen.values():
        joined = set().union(group, *(together.get(one, set()) for one in group))
        together.update(dict.fromkeys(joined, joined))
    return together


def _names(groups: set[frozenset[Key]]) -> dict[frozenset[Key], str]:
    """A code for each group: the service's own where it is one, that of its kind where they are several."""
    names: dict[frozenset[Key], str] = {}
    for group in sorted(groups, key=min):
        kind, service = min(group)
        wanted = [service, f"{service}-{kind}"] if len(group) == 1 else [kind]
        wanted += [f"{wanted[-1]}-{number}" for number in range(2, len(groups) + 2)]
        names[group] = next(code for code in map(code_of, wanted) if code not in names.values())
    return names


def code_of(words: str) -> str:
    """Words as a code of a scenario file."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:LONGEST].strip("-") or "service"
