"""Roles are reviewed data: complete, checked at start-up, with duties kept apart."""

from __future__ import annotations

import shutil

import pytest

from localcare.kernel.access.roles import FOLDER, permissions, read_permissions, read_roles, roles
from localcare.kernel.definitions import DefinitionError

CLINICAL = {"person.read", "person.search", "list.read", "quarantine.read"}


def test_every_desk_has_its_roles_with_purpose_owner_source_and_review_date():
    of_the_first_list = {"gp", "case-manager", "mdt-co-ordinator", "analyst", "information-governance-lead"}
    of_the_desks = {"call-handler", "clinical-triager", "single-point-of-access-supervisor", "team-lead"}
    of_services = {"rapid-response-clinician", "acute-discharger", "care-navigator", "community-professional"}
    assert set(roles()) >= {"administrator"} | of_the_first_list | of_the_desks | of_services
    for role in roles().values():
        assert role.title and role.purpose and role.owner and role.source and role.review_by and role.version


def test_every_permission_is_given_to_some_role_and_explained_in_a_sentence():
    given = {code for role in roles().values() for code in role.permissions}
    assert given == set(permissions())
    assert all(sentence.endswith(".") for sentence in permissions().values())


@pytest.mark.parametrize("code", ["administrator", "information-governance-lead", "analyst"])
def test_who_manages_accounts_audits_or_counts_opens_no_record(code):
    assert not CLINICAL & set(roles()[code].permissions)


def test_nobody_both_manages_accounts_and_reads_the_audit_trail():
    assert not [role for role in roles().values() if {"users.manage", "audit.read"} <= set(role.permissions)]


def test_an_unknown_permission_is_an_error_with_file_line_and_remedy(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "roles")
    gp = folder / "gp.yaml"
    gp.write_text(gp.read_text(encoding="utf-8") + "  - person.delete\n", encoding="utf-8")
    line = gp.read_text(encoding="utf-8").splitlines().index("  - person.delete") + 1

    with pytest.raises(DefinitionError) as caught:
        read_roles(folder, read_permissions(folder))

    message = str(caught.value)
    assert f"gp.yaml:{line}" in message
    assert "'person.delete' does not exist" in message
    assert "person.edit" in message


def test_a_role_without_its_purpose_or_under_another_name_is_refused(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "roles")
    gp = folder / "gp.yaml"
    gp.rename(folder / "doctor.yaml")
    with pytest.raises(DefinitionError, match="not named as its file"):
        read_roles(folder, permissions())

    text = (folder / "doctor.yaml").read_text(encoding="utf-8")
    (folder / "gp.yaml").write_text(text.replace("purpose:", "about:"), encoding="utf-8")
    with pytest.raises(DefinitionError, match="purpose"):
        read_roles(folder, permissions())
