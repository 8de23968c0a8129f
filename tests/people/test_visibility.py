"""Who sees whom."""

from datetime import date, timedelta

import pytest

from localcare.foundation.people.queries import PersonNotVisible, find_person, visible_people
from localcare.kernel.access.readers import ANONYMOUS, system_reader
from localcare.kernel.audit.models import AuditEntry
from tests.factories import PersonFactory, area, practice, reader_with_role, registered_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal():
    return practice("SYN-DEAL-A", within=area("deal"))


@pytest.fixture
def dover():
    return practice("SYN-DOVR-A", within=area("dover"))


def test_a_reader_sees_the_people_registered_within_the_scope_and_nobody_else(deal, dover):
    ours, theirs = registered_person(at=deal), registered_person(at=dover)
    assert list(visible_people(reader_with_role("gp", practice=deal))) == [ours]
    assert list(visible_people(reader_with_role("gp", area="dover"))) == [theirs]
    assert set(visible_people(reader_with_role("gp", everywhere=True))) == {ours, theirs}
    assert not visible_people(ANONYMOUS).exists()


def test_somebody_who_moved_away_is_no_longer_seen_but_somebody_who_died_is(deal):
    registered_person(at=deal, until=date(2020, 1, 1))
    died = registered_person(at=deal, until=date(2020, 1, 2), death_date=date(2020, 1, 1))
    tomorrow = registered_person(at=deal, since=date.today() + timedelta(days=1))
    seen = list(visible_people(reader_with_role("gp", practice=deal)))
    assert seen == [died] and tomorrow not in seen


def test_a_person_out_of_scope_looks_like_nobody_and_the_attempt_is_audited(deal, dover):
    theirs = registered_person(at=dover)
    for reference in (theirs.reference, "not-a-reference", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(PersonNotVisible):
            find_person(reader_with_role("gp", practice=deal), reference)
    assert AuditEntry.objects.filter(outcome="denied", action="person.read").count() == 3


def test_the_reference_of_a_merged_person_leads_to_the_one_kept():
    kept = PersonFactory()
    gone = PersonFactory(merged_into=kept)
    assert find_person(system_reader("test"), gone.reference) == kept
    assert list(visible_people(system_reader("test"))) == [kept]
