"""Two sources of the same people are linked, by number first and then by likeness, the same way every time."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from localcare.analysis.linkage.bands import linkage_bands
from localcare.analysis.linkage.definition import linkage_model
from localcare.analysis.linkage.explaining import starting_bits, waterfall
from localcare.analysis.linkage.run import link
from localcare.analysis.linkage.weights import WeightsError, read_weights
from localcare.analysis.spc.rates import proportion
from tests.linkage.conftest import quick_model

RECALL_AT_LEAST = 0.95  # measured: 0.98 of the true pairs in which one has no number, among 60,000 people
NO_NUMBER = "no_number"


def findable(linked):
    """The true pairs that number cannot link: one of the two has none, or it was taken for a conflict."""
    register = {row["truth_key"]: row["record_id"] for row in linked.sources.register.to_pylist()}
    pairs = {
        (register[row["truth_key"]], row["record_id"])
        for row in linked.sources.feed.to_pylist()
        if row["truth_key"] in register
    }
    return pairs - {(pair["left_id"], pair["right_id"]) for pair in linked.pairs if pair["kind"] == "number"}


def test_pairs_by_number_are_of_one_person_and_those_in_conflict_wait_for_a_person(linked):
    by_number = [pair for pair in linked.pairs if pair["kind"] == "number"]
    assert len(by_number) > 1000 and all(pair["is_true"] for pair in by_number)
    wrong_numbers = {
        row["record_id"] for row in linked.sources.feed.to_pylist()
        if "number_of_relative" in row["damage"].split() and row["nhs_number"]
    }  # fmt: skip
    believed = {pair["right_id"] for pair in by_number}
    assert wrong_numbers and not wrong_numbers & believed


def test_most_true_pairs_are_proposed_and_the_bands_keep_what_they_say(linked):
    proposed = [pair for pair in linked.pairs if pair["kind"] == "likeness" and pair["band"]]
    wanted = findable(linked)
    found = {(pair["left_id"], pair["right_id"]) for pair in proposed if pair["is_true"]}
    print(f"recall {len(found & wanted) / len(wanted):.4f} of {len(wanted)}")
    assert len(found & wanted) >= RECALL_AT_LEAST * len(wanted)
    for band in (*linkage_bands().bands, linkage_bands().rivalled):
        held = [pair["is_true"] for pair in proposed if pair["band"] == band.code]
        if held:  # other people than those the bands were measured on: the measured share lies within chance
            assert proportion(sum(held), len(held), level=0.999).upper >= band.share - 0.01, band.code
    very_likely = [pair["is_true"] for pair in proposed if pair["band"] == "very-likely"]
    assert proportion(sum(very_likely), len(very_likely)).lower >= 0.98


def test_nobody_is_proposed_whose_two_believed_numbers_differ(linked):
    conflicts = {pair["left_id"] for pair in linked.pairs if pair["kind"] == "conflict"}
    conflicts |= {pair["right_id"] for pair in linked.pairs if pair["kind"] == "conflict"}
    for pair in linked.pairs:
        if pair["kind"] == "likeness" and not {pair["left_id"], pair["right_id"]} & conflicts:
            assert not (pair["left"]["nhs_number"] and pair["right"]["nhs_number"])


def test_twins_and_a_father_and_son_are_held_back_whatever_their_weight(linked):
    held = [pair for pair in linked.pairs if pair["held_back"]]
    assert {pair["held_back"] for pair in held} >= {"twins", "parent-and-child"}
    assert all(pair["band"] is None for pair in held)
    heavy = [pair for pair in held if pair["bits"] > linkage_bands().bands[0].from_bits]
    assert len(heavy) >= 5, "without holding back, these would have been called very likely"
    assert sum(pair["is_true"] for pair in held) < len(held) / 2


def test_a_pair_with_a_rival_is_never_very_likely(linked):
    rivalled = [pair for pair in linked.pairs if pair["kind"] == "likeness" and pair["rivals"]]
    assert rivalled
    assert {pair["band"] for pair in rivalled} <= {None, "rivalled"}


def test_the_waterfall_adds_up_to_the_weight_and_the_weight_to_the_probability(linked):
    model, start = linkage_model(), starting_bits(linked.run.weights.prior)
    for pair in linked.pairs:
        if pair["kind"] == "likeness":
            steps = waterfall(pair, model)
            assert start + sum(step.bits for step in steps) == pytest.approx(pair["bits"], abs=0.002)
            assert pair["probability"] == pytest.approx(1 / (1 + 2 ** -pair["bits"]))
            assert all(step.bits == 0 for step in steps if step.level == "missing")


def test_a_rare_name_weighs_more_than_a_common_one(linked):
    same = [pair for pair in linked.pairs if pair["kind"] == "likeness" and pair["level_family"] == "same"]
    names = [row["family_name"] for row in linked.sources.register.to_pylist()]
    by_count = sorted(same, key=lambda pair: names.count(pair["left"]["family_name"]))
    assert by_count[0]["bits_family"] > by_count[-1]["bits_family"] + 1


def test_the_same_files_give_the_same_weights_and_pairs(linked, tmp_path):
    again = link(*linked.files, tmp_path / "again", model=quick_model())
    assert again.weights == linked.run.weights
    for name in ("pairs.parquet", "clusters.parquet"):
        assert pq.read_table(tmp_path / "again" / name).equals(pq.read_table(linked.out / name)), name


def test_weights_that_were_kept_link_without_learning_again(linked, tmp_path):
    kept = read_weights(linked.out / "weights.json", linkage_model())
    assert kept == linked.run.weights
    again = link(*linked.files, tmp_path, model=quick_model(), weights=kept)
    assert again.pairs == linked.run.pairs
    text = (linked.out / "weights.json").read_text(encoding="utf-8")
    (tmp_path / "old.json").write_text(text.replace('"version": "1"', '"version": "0"'), encoding="utf-8")
    with pytest.raises(WeightsError, match=r"version 0 .* Learn again"):
        read_weights(tmp_path / "old.json", linkage_model())
    (tmp_path / "broken.json").write_text("{}", encoding="utf-8")
    with pytest.raises(WeightsError, match="Learn them again"):
        read_weights(tmp_path / "broken.json", linkage_model())


def test_agreement_is_learnt_between_two_tables_and_believed_within_one(linked, tmp_path):
    assert linked.run.weights.learnt
    assert linked.run.weights.m["born"]["same"] > 0.9
    alone = link(linked.files[0], None, tmp_path, model=quick_model())
    assert not alone.weights.learnt and any("within one table" in said for said in alone.weights.how)
    assert alone.pairs["number"] == 0


def test_no_cluster_holds_two_numbers(linked):
    rows = pq.read_table(linked.out / "clusters.parquet").to_pylist()
    assert len({row["cluster_id"] for row in rows}) == linked.run.clusters
    assert linked.run.contradictions == sum(row["contradicts"] for row in rows) == 0
