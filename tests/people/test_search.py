"""One box finds people by name, date of birth, NHS number and postcode, however they are spelt."""

from datetime import date

import pytest

from localcare.foundation.people.models import NameWord, Person
from localcare.foundation.people.search import search_people
from localcare.foundation.people.search_terms import Terms, read
from localcare.kernel.access.readers import ANONYMOUS, system_reader
from tests.factories import PersonFactory, practice, reader_with_role, registered_person

TODAY = date(2026, 11, 1)
ALL = system_reader("test")


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("smyth 1946", Terms(born_in=1946, names=("smyth",))),
        ("vera 12/03/1947", Terms(born=(date(1947, 3, 12), date(1947, 12, 3)), names=("vera",))),
        ("Vera 31.3.1947", Terms(born=(date(1947, 3, 31),), names=("vera",))),
        ("1947-03-12", Terms(born=(date(1947, 3, 12), date(1947, 12, 3)))),
        ("12 March 1947", Terms(born=(date(1947, 3, 12), date(1947, 12, 3)))),
        ("5/5/26", Terms(born=(date(2026, 5, 5),))),
        ("5/5/27", Terms(born=(date(1927, 5, 5),))),
        ("943 476 5919", Terms(nhs_number="9434765919")),
        ("9434765919 jones", Terms(nhs_number="9434765919", names=("jones",))),
        ("CT14", Terms(postcode="CT14")),
        ("ct146ab", Terms(postcode="CT14 6AB")),
        ("jones CT14 6AB", Terms(postcode="CT14 6AB", names=("jones",))),
        ("O'Brien-Smith", Terms(names=("obrien", "smith"))),
        ("Żółć Müller", Terms(names=("zolc", "muller"))),
        ("", Terms()),
    ],
)
def test_what_is_typed_is_read(typed, terms):
    assert read(typed, today=TODAY) == terms


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("999 123 4560", "check digit"),
        ("943476591", "10 digits: type all"),
        ("32/13/1947", "no real day"),
        ("x", "One letter is too little"),
        ("smith4", "no name, year or postcode"),
    ],
)
def test_what_cannot_be_read_says_what_to_type(typed, says):
    terms = read(typed, today=TODAY)
    assert len(terms.faults) == 1 and says in terms.faults[0]


@pytest.fixture
def register(db):
    people = {
        "smith": ("Smith", "John", date(1946, 5, 1), "CT14 6AB"),
        "smyth": ("Smyth", "Jon", date(1946, 7, 2), "CT14 7XY"),
        "smithson": ("Smithson", "Ann", date(1980, 1, 1), "CT1 4AB"),
        "jones": ("Jones", "Vera", date(1947, 3, 12), "ct165zz"),
        "obrien": ("O’Brien", "Siobhán", date(1990, 12, 3), "ME10 1AA"),
        "okafor": ("Okafor-Nwosu", "Chidinma", date(1971, 2, 9), "CT9 1AA"),
    }
    return {
        name: PersonFactory(family_name=family, given_name=given, birth_date=born, postcode=postcode)
        for name, (family, given, born, postcode) in people.items()
    }


def found(text, reader=ALL):
    return [match.person.family_name for match in search_people(reader, text, on=TODAY).matches]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("smith", ["Smith", "Smithson", "Smyth"]),
        ("smyth", ["Smyth", "Smith"]),
        ("smyth 1946", ["Smyth", "Smith"]),
        ("john smith", ["Smith", "Smyth"]),
        ("smith john 1946 ct14", ["Smith", "Smyth"]),
        ("smith 1/5/1946", ["Smith"]),
        ("vera 12/03/1947", ["Jones"]),
        ("vera 03/12/1947", ["Jones"]),
        ("CT14", ["Smith", "Smyth"]),
        ("ct1", ["Smithson"]),
        ("CT16 5ZZ", ["Jones"]),
        ("obrien", ["O’Brien"]),
        ("O'Brian", ["O’Brien"]),
        ("siobhan", ["O’Brien"]),
        ("nwosu", ["Okafor-Nwosu"]),
        ("okafor chidima", ["Okafor-Nwosu"]),
        ("shivawn", []),
        ("1971", ["Okafor-Nwosu"]),
        ("nobody", []),
        ("", []),
    ],
)
def test_people_are_found_the_likeliest_first(register, text, names):
    assert found(text) == names


def test_an_nhs_number_finds_its_person_with_and_without_spaces(register):
    number = register["jones"].nhs_number
    assert found(number) == found(f"{number[:3]} {number[3:6]} {number[6:]}") == ["Jones"]


def test_the_number_of_a_merged_person_finds_the_one_kept(register):
    gone = PersonFactory(merged_into=register["jones"])
    assert found(gone.nhs_number) == ["Jones"]
    assert gone.family_name not in found("vera")


def test_each_match_says_in_what_it_differs(register):
    matches = search_people(ALL, "smyth 7/2/1946", on=TODAY).matches
    assert [match.reasons for match in matches] == [("day and month exchanged",)]
    (exact, near) = search_people(ALL, "smyth", on=TODAY).matches
    assert exact.reasons == () and near.reasons == ("Smith sounds like Smyth",)


def test_only_people_in_scope_are_found(db):
    here, there = practice("SYN-DEAL-A"), practice("SYN-DOVR-A")
    ours = registered_person(at=here, family_name="Smith")
    registered_person(at=there, family_name="Smith")
    matches = search_people(reader_with_role("gp", practice=here), "smith").matches
    assert [match.person for match in matches] == [ours]
    assert not search_people(ANONYMOUS, "smith").matches


def test_a_list_is_never_longer_than_its_limit_and_says_that_it_was_cut(db):
    PersonFactory.create_batch(60, family_name="Smith")
    results = search_people(ALL, "smith")
    assert len(results.matches) == 50 and results.is_cut


def test_the_database_keeps_words_of_people_who_arrive_by_copy_or_are_changed(db):
    from django.db import connection

    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY people_person (reference, nhs_number_status, family_name, given_name, title, preferred_name,"
            " birth_date, sex, ethnic_category, address_line, town, postcode, lsoa_code, telephone, email, household,"
            " national_data_opt_out) FROM STDIN"
        ) as copy,
    ):
        copy.write_row(
            ("6d9f3cb0-0000-4000-8000-000000000001", "", "Featherstonehaugh", "Zoë", "", "", "1950-01-01", "female",
             "", "", "", "ct146ab", "", "", "", "", False)
        )  # fmt: skip
    person = Person.objects.get()
    assert (person.name_words, person.postcode_key) == (["featherstonehaugh", "zoe"], "CT14 6AB")
    assert found("fetherstonehaugh") == ["Featherstonehaugh"] == found("zoe ct14")
    Person.objects.update(family_name="Cholmondeley")
    assert NameWord.objects.filter(word="cholmondeley").exists()
    assert found("cholmondley") == ["Cholmondeley"]
