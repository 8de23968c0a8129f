"""What a web process loads when it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
import django
django.setup()
from django.urls import get_resolver

def walk(patterns):
    for pattern in patterns:
        walk(getattr(pattern, "url_patterns", ()))

walk(get_resolver().url_patterns)
print([name for name in ("ibis", "duckdb", "pyarrow", "pandas", "matplotlib", "numba", "statsmodels") if name in sys.modules])
"""


def test_the_pages_are_ready_without_the_analysis_engine():
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "localcare.config.settings.test",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=120
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]", "a web process must not load the analysis engine"


def test_the_engine_is_loaded_when_something_is_asked_of_it():
    program = (
        "import sys; from localcare.analysis.libraries import ibis;"
        "assert 'ibis' not in sys.modules; ibis.literal(1); assert 'ibis' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_what_draws_charts_is_loaded_once_the_first_pages_are_out():
    program = (
        "import sys; from localcare.config.serving.warming import warm_later;"
        "timer = warm_later(0.2); assert 'matplotlib' not in sys.modules and timer.daemon;"
        "timer.join(); assert 'matplotlib.figure' in sys.modules and 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
