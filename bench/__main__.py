"""Runs every benchmark and writes `docs/reference/benchmarks.md`: `make bench`, or `python -m bench scores pages`.

Each benchmark is a program of its own that prints one or more JSON lines. The largest take a quarter of an hour each on 2 cores.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results"
PAGE = FOLDER.parent / "docs" / "reference" / "benchmarks.md"
TITLES = {
    "scores": "Scores against a peer",
    "pipeline": "The whole pipeline against a scan of the same columns",
    "quality": "The check of a dataset and of its quality, against a scan of the same columns",
    "training": "Training a risk model",
    "linkage": "Records linked by likeness at a county's size",
    "loading": "Loading",
    "export": "The export of the linked dataset, while desks go on working",
    "person_search": "Person search",
    "pages": "Pages with 1.8 million people",
    "evaluation": "Whether a list helped, worked out at a county's size",
    "journal": "The journal at size, and timers",
    "answers": "Answers while a number is moved, and charts",
    "contacts": "Contacts taken, triaged and dispatched by eight people at once",
    "simulation": "A county's year simulated a hundred times, against peers",
}


def run(name: str) -> list[dict[str, Any]]:
    """The results that one benchmark printed; a failed bar is a result, a crash is not."""
    print(f"{TITLES[name]} …", flush=True)
    done = subprocess.run(
        [sys.executable, FOLDER / f"{name}.py"], stdout=subprocess.PIPE, text=True, check=False
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"bench/{name}.py printed no result (exit code {done.returncode}).")
    return lines


def rows(result: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """A result as pairs of name and value, nested ones with dotted names."""
    found: list[tuple[str, Any]] = []
    for name, value in result.items():
        label = f"{prefix}{name.replace('_', ' ')}"
        found += rows(value, f"{label} · ") if isinstance(value, dict) else [(label, value)]
    return found


def page(results: dict[str, list[dict[str, Any]]]) -> str:
    """The page in Markdown."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; do not edit. The machine is shared and noisy: trust ratios, not single seconds.",
        "",
        f"Measured {date.today():%d %B %Y} on {os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB of memory, "
        f"{platform.system()}, Python {platform.python_version()}.",
    ]
    for name, title in TITLES.items():
        for result in results.get(name, []):
            part = result.get("benchmark", name)
            lines += [
                "",
                f"## {title}" + (f" ({part})" if len(results[name]) > 1 else ""),
                "",
                "| figure | value |",
                "| --- | ---: |",
            ]
            lines += [f"| {label} | {value} |" for label, value in rows(result) if label != "benchmark"]
    return "\n".join(lines) + "\n"


def main(names: list[str]) -> None:
    """Run the named benchmarks, all of them when none is named; keep the other results of earlier runs."""
    RESULTS.mkdir(exist_ok=True)
    for name in names or [name for name in TITLES if (FOLDER / f"{name}.py").exists()]:
        (RESULTS / f"{name}.json").write_text(json.dumps(run(name), indent=2), encoding="utf-8")
    kept = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in RESULTS.glob("*.json")}
    PAGE.write_text(page(kept), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(FOLDER.parent)}")


if __name__ == "__main__":
    main(sys.argv[1:])
