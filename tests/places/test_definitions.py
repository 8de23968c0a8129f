"""The reviewed places of Kent and Medway say what the papers say."""

from datetime import date

import pytest

from localcare.foundation.places import definitions
from localcare.foundation.places.actions import load_place_definitions, move_practice, rename_area
from localcare.foundation.places.models import (
    Area,
    AreaMembership,
    Organisation,
    PopulationFigure,
    PracticeMembership,
    Site,
)
from localcare.foundation.places.queries import area_tree, find_area, name_on, practices_in
from localcare.kernel.access.readers import system_reader
from localcare.kernel.definitions import DefinitionError

TODAY = date(2026, 11, 1)
BY = system_reader("test")


@pytest.fixture
def loaded(db):
    return load_place_definitions(by=BY)


def figures(code, weighted=False):
    rows = PopulationFigure.objects.filter(area__code=code, is_weighted=weighted)
    return {figure.paper: (figure.people, figure.line) for figure in rows}


@pytest.mark.trace("T029", "T030", "T032")
def test_two_partnerships_with_the_eight_footprints_of_the_papers(loaded):
    (economy,) = area_tree(TODAY)
    assert economy.name == "Kent and Medway"
    assert {place.name: [child.name for child in place.children] for place in economy.children} == {
        "East Kent": ["Encompass", "Herne Bay", "Thanet", "South Kent Coast", "Ashford"],
        "Rest of Kent": ["Medway", "Dartford, Gravesham and Swanley", "West Kent"],
    }


@pytest.mark.trace("T031")
@pytest.mark.parametrize(
    ("code", "people", "line"),
    [("encompass", 170_000, "107"), ("herne-bay", 46_000, "108"), ("thanet", 140_000, "109"),
     ("south-kent-coast", 200_000, "110"), ("ashford", 126_000, "111"), ("medway", 390_000, "112"),
     ("dgs", 249_000, "113"), ("west-kent", 466_000, "114"), ("east-kent", 682_000, "107-111"),
     ("kent-and-medway", 1_787_000, "107-114")],
)  # fmt: skip
def test_populations_of_paper_000(loaded, code, people, line):
    assert figures(code)["000"] == (people, line)


@pytest.mark.trace("T036", "T037")
@pytest.mark.parametrize(
    ("code", "people", "weighted"),
    [("dover", 57_700, 64_700), ("folkestone", 87_100, 94_600), ("romney-marsh", 21_100, 26_900),
     ("deal", 34_500, 38_000), ("south-kent-coast", 200_400, 224_200), ("quex", 30_000, None),
     ("ramsgate", 51_000, None), ("margate", 42_000, None), ("broadstairs", 20_000, None), ("thanet", 143_000, None)],
)  # fmt: skip
def test_populations_of_paper_003_raw_and_weighted(loaded, code, people, weighted):
    assert figures(code)["003"][0] == people
    assert figures(code, weighted=True).get("003", (None,))[0] == weighted


@pytest.mark.trace("T038")
def test_ashford_has_both_its_populations_and_its_three_clusters(loaded):
    assert figures("ashford") == {"000": (126_000, "111"), "004": (132_419, "51")}
    clusters = AreaMembership.objects.filter(parent__code="ashford").values_list("child__name", flat=True)
    assert set(clusters) == {"Ashford Rural", "Ashford North", "Ashford Urban"}


def test_sums_in_the_definition_are_sums():
    rows = definitions.definition("populations")["figures"]
    people = {(row["area"], row["paper"], row.get("weighted", False)): row["people"] for row in rows}
    sums = [row for row in rows if "sum_of" in row]
    assert len(sums) == 6
    for row in sums:
        parts = (people[part, row["paper"], row.get("weighted", False)] for part in row["sum_of"])
        assert row["people"] == sum(parts), row["area"]


def choosing(monkeypatch, chosen):
    """The definitions with other choices."""
    real = definitions.definition
    changed = real("populations") | {"chosen": chosen}
    for module in ("loading", "definitions"):
        monkeypatch.setattr(
            f"localcare.foundation.places.{module}.definition",
            lambda name: changed if name == "populations" else real(name),
        )


def used(code):
    rows = PopulationFigure.objects.filter(area__code=code, is_preferred=True, is_weighted=False)
    return set(rows.values_list("people", flat=True))


def test_configuration_chooses_among_contradicting_figures(loaded, monkeypatch):
    assert used("ashford") == {132_419}
    chosen = definitions.definition("populations")["chosen"]
    asked = {"area": "ashford", "paper": "000", "because": "Asked for"}
    choosing(monkeypatch, [asked if row["area"] == "ashford" else row for row in chosen])
    load_place_definitions(by=BY)
    assert used("ashford") == {126_000}
    assert figures("ashford").keys() == {"000", "004"}, "the other figure still stands"


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ([], "The papers contradict each other and none is chosen"),
        ([{"area": "thanet", "paper": "004", "because": "x"}], "gives no figure for thanet"),
    ],
)
def test_a_choice_that_is_missing_or_cannot_be_is_refused(db, monkeypatch, chosen, says):
    choosing(monkeypatch, chosen)
    with pytest.raises(DefinitionError, match=says):
        load_place_definitions(by=BY)
    assert not Area.objects.exists()


@pytest.mark.trace("T038", "T039")
def test_both_cluster_sizes_stand_and_one_is_chosen():
    sizes = {size.paper: size for size in definitions.cluster_sizes()}
    assert (sizes["001"].at_least, sizes["001"].at_most) == (30_000, 50_000)
    assert (sizes["004"].at_least, sizes["004"].at_most) == (35_000, 60_000)
    assert [size.paper for size in sizes.values() if size.is_chosen] == ["001"]
    assert sizes["001"].judge(30_000) == "within" and sizes["004"].judge(30_000) == "below"
    assert sizes["001"].judge(21_100) == "below" and sizes["004"].judge(87_100) == "above"


def test_every_practice_is_a_synthetic_stand_in_and_weights_make_the_chosen_population(loaded):
    practices = Organisation.objects.filter(organisation_type="practice")
    assert practices.count() == loaded["practices"] >= 100
    assert not practices.exclude(is_synthetic=True).exists()
    assert not practices.exclude(name__endswith="(synthetic)").exists()
    assert not practices.exclude(code__startswith="SYN-").exists()
    weights = {}
    for row in definitions.definition("practices")["synthetic_practices"]:
        weights[row["cluster"]] = weights.get(row["cluster"], 0) + row["weight"]
    preferred = PopulationFigure.objects.filter(is_preferred=True, is_weighted=False)
    for figure in preferred.filter(area__kind=Area.Kind.CLUSTER):
        assert weights[figure.area.code] == figure.people
    assert len(weights) == Area.objects.filter(kind=Area.Kind.CLUSTER).count()
    assert practices_in("kent-and-medway", TODAY).count() == practices.count()


@pytest.mark.trace("T033", "T034", "T041", "T042")
def test_organisations_of_every_kind_with_their_days_and_the_standing_of_their_codes(loaded):
    types = set(Organisation.objects.values_list("organisation_type", flat=True))
    assert types == set(definitions.organisation_types())
    ashford = Organisation.objects.get(code="09C")
    assert (ashford.valid_to, ashford.code_status) == (date(2020, 4, 1), "from-memory")
    (after,) = ashford.successions.all()
    (later,) = after.successor.successions.all()
    assert (later.successor.code, later.effective_on) == ("QKS", date(2022, 7, 1))
    assert Organisation.objects.get(code="RVV").code_status == "verified"
    names = " ".join(Organisation.objects.values_list("name", flat=True))
    for name in (
        "Virgin Care",
        "Kent County Council",
        "South East Coast Ambulance",
        "NHS England",
        "hospice",
    ):
        assert name in names


@pytest.mark.trace("T035", "T123")
def test_sites_of_every_kind_and_the_four_hubs(loaded):
    assert set(Site.objects.values_list("site_type", flat=True)) >= {
        "acute-hospital", "urgent-care-centre", "minor-injuries-unit", "walk-in-centre",
    }  # fmt: skip
    hubs = Site.objects.filter(site_type="community-hub").values_list("area__name", flat=True)
    assert sorted(hubs) == ["Canterbury", "Faversham", "Sandwich", "Whitstable"]


def test_loading_twice_changes_nothing_and_keeps_changes_made_since(loaded):
    move_practice(practice_code="SYN-DEAL-A", to_area="dover", on=TODAY, reason="Test", by=BY)
    rename_area(code="quex", name="Quex and villages", on=TODAY, reason="Test", by=BY)
    rows = [model.objects.count() for model in (Area, AreaMembership, PracticeMembership, Organisation, Site)]
    assert load_place_definitions(by=BY) == loaded
    assert rows == [
        model.objects.count() for model in (Area, AreaMembership, PracticeMembership, Organisation, Site)
    ]
    assert "SYN-DEAL-A" in set(practices_in("dover", TODAY).values_list("code", flat=True))
    assert name_on(find_area("quex"), TODAY) == "Quex and villages"
    assert find_area("quex").name == "Quex and villages"


@pytest.mark.trace("T040")
def test_the_nine_localities_that_no_paper_lists_are_named_as_a_disagreement():
    about = {row["about"]: row for row in definitions.disagreements("kent-and-medway")}
    assert {view["paper"] for view in about["How many localities there are"]["views"]} == {
        "000",
        "001",
        "003",
    }
    assert definitions.disagreements("ashford")
