"""Killed in the middle, or two at once: all of a file is in, or nothing, and never twice."""

from __future__ import annotations

import pytest
from django.db import connection

from localcare.exchange.fhir.load import load_fhir
from localcare.exchange.fhir.models import ReceivedResource
from localcare.exchange.loads.models import LoadedFile, LoadRun
from localcare.foundation.people.models import Person
from localcare.foundation.record.models import Fact
from localcare.synthetic.fhir_files import write_fhir
from tests.exchange.datasets import (
    SYSTEM,
    add_practices,
    killed,
    load,
    rows_in_database,
    rows_in_files,
    started,
    synthetic_dataset,
)

pytestmark = pytest.mark.django_db(transaction=True)

KILLED_DATASET = """
import os, signal, sys
import django
django.setup()
from localcare.exchange.extracts.load import load_dataset
from localcare.kernel.access.readers import system_reader

def progress(done, total, what):
    if what == sys.argv[2] and done:
        os.kill(os.getpid(), signal.SIGKILL)

load_dataset(sys.argv[1], by=system_reader("killed"), progress=progress)
"""
LOADED_DATASET = """
import sys
import django
django.setup()
from localcare.exchange.extracts.load import load_dataset
from localcare.kernel.access.readers import system_reader
load_dataset(sys.argv[1], by=system_reader("one of two"))
"""
KILLED_FHIR = """
import os, signal, sys
import django
django.setup()
from localcare.exchange.fhir import load, pipeline
from localcare.kernel.access.readers import system_reader

class Killed(pipeline.Staging):
    def merge(self):
        found = super().merge()
        os.kill(os.getpid(), signal.SIGKILL)
        return found

pipeline.Staging = Killed
load.load_fhir([sys.argv[1]], by=system_reader("killed"))
"""


@pytest.mark.parametrize("table", ["persons", "facts", "contacts"])
def test_a_dataset_load_that_is_killed_leaves_whole_files_only(tmp_path, table):
    folder = synthetic_dataset(tmp_path / "dataset", people=60)
    add_practices()
    killed(started(KILLED_DATASET, str(folder), table))
    expected = rows_in_files(folder)
    in_whole = set(LoadedFile.objects.values_list("table", flat=True))
    assert table not in in_whole
    assert {name: count for name, count in rows_in_database().items() if count} == {
        name: expected[name] for name in in_whole if expected[name]
    }
    load(folder)
    assert rows_in_database() == expected
    statuses = list(LoadRun.objects.order_by("pk").values_list("status", flat=True))
    assert statuses == ["interrupted", "finished"]


def test_two_loads_of_the_same_dataset_at_once_have_one_effect(tmp_path):
    folder = synthetic_dataset(tmp_path / "dataset", people=60)
    add_practices()
    both = [started(LOADED_DATASET, str(folder)) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert rows_in_database() == rows_in_files(folder)
    assert LoadedFile.objects.count() == len(rows_in_files(folder))


def test_a_fhir_load_that_is_killed_leaves_nothing_of_its_file(tmp_path):
    folder = synthetic_dataset(tmp_path / "dataset", people=20)
    add_practices()
    file = tmp_path / "all.ndjson"
    write_fhir(folder, file)
    killed(started(KILLED_FHIR, str(file)))
    assert not Person.objects.exists()
    assert not ReceivedResource.objects.exists()
    summary = load_fhir([file], by=SYSTEM)
    assert Fact.objects.count() == rows_in_files(folder)["facts"]
    assert summary.added == summary.received


def test_no_lock_is_left_behind(tmp_path):
    add_practices()
    load(synthetic_dataset(tmp_path / "dataset", people=20))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone() == (0,)
