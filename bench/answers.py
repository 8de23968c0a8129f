"""How quickly the planning desk answers while a number is moved, and how quickly a chart is drawn.

    python bench/answers.py

Each ready scenario is answered by closed forms, and the part of its page that is renewed is asked for over HTTP's own
test client, in a database of its own. Each chart is drawn warm. Prints one JSON line. Bar: under 100 ms for an answer.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings.test")

import served_site  # noqa: E402

os.environ["LOCALCARE_TEST_DATABASE"] = "bench_answers"

BAR_MS = 100
TIMES = 9


def median_ms(work: Callable[[int], object]) -> float:
    """Milliseconds of one go, once warm."""
    work(0)
    taken = []
    for number in range(1, TIMES + 1):
        began = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(taken), 1)


def pages() -> dict[str, float]:
    """The renewed part of each ready scenario's page, another number each time."""
    from django.test import Client

    from localcare.analysis.simulation.scenario.files import scenario_files
    from localcare.system.planning.questions import ready_base
    from tests.factories import user_with_role

    client = Client()
    client.force_login(
        user_with_role("analyst", everywhere=True), backend="django.contrib.auth.backends.ModelBackend"
    )

    def asking(code: str) -> Callable[[int], object]:
        lever = next(one for one in ready_base(code).levers if one.kind == "number")
        address = f"/planning/ready/{code}/answer/"
        return lambda number: client.get(address, {lever.name: str(float(lever.now) + number)})

    return {code: median_ms(asking(code)) for code in sorted(scenario_files())}


def closed_forms() -> dict[str, float]:
    """The closed answer alone."""
    from localcare.analysis.simulation.closed_forms.answer import answer
    from localcare.analysis.simulation.scenario.files import (
        scenario_files,
        shipped_pathways,
        shipped_scenario,
    )

    def answering(code: str) -> Callable[[int], object]:
        said, known = shipped_scenario(code), shipped_pathways()
        return lambda _: answer(said, known)

    return {code: median_ms(answering(code)) for code in sorted(scenario_files())}


def charts() -> dict[str, float]:
    """Every chart as SVG."""
    from tests.charts.examples import DRAW

    def drawing(draw: Callable[[str], bytes]) -> Callable[[int], object]:
        return lambda _: draw("svg")

    return {name: median_ms(drawing(draw)) for name, draw in DRAW.items()}


def main() -> int:
    """Ask, draw, print."""
    with served_site.scratch_database():
        asked = pages()
    result = {
        "benchmark": "answers", "renewed_part_ms": asked, "closed_answer_ms": closed_forms(), "chart_ms": charts(),
        "bar_ms": BAR_MS, "load_average": os.getloadavg()[0], "passes": max(asked.values()) < BAR_MS,
    }  # fmt: skip
    print(json.dumps(result))
    return 0 if result["passes"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
