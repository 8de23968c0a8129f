"""What is compared is counted before it is weighed, bounded, and refused in plain words where it would be too much."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from localcare.analysis.linkage import blocking, working
from localcare.analysis.linkage.bands import linkage_bands
from localcare.analysis.linkage.definition import linkage_model
from localcare.analysis.linkage.run import Linking, link
from localcare.analysis.linkage.working import LinkageTooLarge, working_engine
from tests.linkage.conftest import Linked, quick_model

CROWDED = 5


def twin_of_pairs(engine, tables: list[str]) -> set[tuple[str, str]]:
    """The pairs worth comparing, found by looking at every pair of records there is."""
    left, right = tables[0], tables[-1]
    apart = "l.record_id < r.record_id" if len(tables) == 1 else "TRUE"
    blocks = []
    for block in linkage_model().blocks:
        same = " AND ".join(f"l.{name} = r.{name}" for name in block.columns)
        alone = [
            f"(SELECT count(*) FROM {table} AS o WHERE "
            + " AND ".join(f"o.{name} = l.{name}" for name in block.columns)
            + f") <= {CROWDED}"
            for table in tables
        ]
        blocks.append(f"({same} AND {' AND '.join(alone)})")
    return set(
        engine.execute(
            f"SELECT l.record_id, r.record_id FROM {left} AS l JOIN {right} AS r ON {apart}"
            f" AND (l.number IS NULL OR r.number IS NULL) AND ({' OR '.join(blocks)})"
        ).fetchall()
    )


@pytest.mark.parametrize("sides", [1, 2])
def test_the_pairs_compared_are_those_that_a_slow_look_at_all_pairs_finds(
    linked: Linked, monkeypatch: pytest.MonkeyPatch, tmp_path, sides: int
):
    monkeypatch.setattr(blocking, "MOST_SHARING", CROWDED)
    some = [
        table.filter(pc.field("truth_key") < 800) for table in (linked.sources.register, linked.sources.feed)
    ]
    files = [tmp_path / f"{place}.parquet" for place in range(sides)]
    for file, table in zip(files, some if sides == 2 else [pa.concat_tables(some)], strict=True):
        pq.write_table(table, file)
    with working_engine() as engine:
        linking = Linking(engine, quick_model(), linkage_bands(), lambda what, done, total: None)
        linking.read(files)
        linking.find(linked.run.weights, below=1000)
        weighed = set(
            engine.execute("SELECT left_id, right_id FROM pairs WHERE kind = 'likeness'").fetchall()
        )
        by_number = set(
            engine.execute("SELECT left_id, right_id FROM pairs WHERE kind <> 'likeness'").fetchall()
        )
        wanted = twin_of_pairs(engine, linking.tables)
    assert linking.compared.pairs == len(wanted) > 50
    assert weighed == wanted - by_number


def test_too_many_pairs_are_refused_before_they_are_weighed_with_what_leads_to_them(linked: Linked, tmp_path):
    model = replace(quick_model(), most_pairs=10)
    with pytest.raises(
        LinkageTooLarge, match=r"most of them .* for the same .* more than the 10 .* raise most_pairs"
    ):
        link(*linked.files, tmp_path / "out", model=model)
    assert not (tmp_path / "out").exists()


def test_what_was_compared_is_told_with_the_run(linked: Linked):
    by_block = linked.run.compared.by_block
    assert list(by_block) == [block.words for block in linkage_model().blocks]
    assert linked.run.compared.pairs == sum(by_block.values()) > len(linked.pairs) / 10
    assert f"{linked.run.compared.pairs:,} pairs were compared" in linked.run.compared.in_words


def test_an_engine_that_would_fill_the_disk_stops_in_plain_words_and_leaves_nothing(
    tmp_path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(working, "SHARE_OF_FREE_DISK", 1e-4)
    with (
        pytest.raises(LinkageTooLarge, match="Set TMPDIR to a larger disk"),
        working_engine(memory_mb=60) as engine,
    ):
        engine.execute(
            "CREATE TABLE much AS SELECT hash(range)::VARCHAR AS text FROM range(20_000_000) ORDER BY text"
        )
    assert list(tmp_path.iterdir()) == []
