"""The pages of the pathways, and the command line."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from localcare.config.command_line.application import application
from localcare.foundation.pathways.definitions import current_version
from localcare.foundation.pathways.definitions.loading import contents
from localcare.foundation.pathways.definitions.versions import canonical, digest_of, keep_version
from tests.factories import UserFactory, user_with_role


@pytest.fixture
def reader(client, db):
    client.force_login(user_with_role("call-handler", everywhere=True))
    return client


def test_the_list_is_searched_by_any_word(reader):
    page = reader.get("/pathways/").content.decode()
    assert page.count("/pathways/") > 12
    found = reader.get("/pathways/", {"words": "hospice bed"}).content.decode()
    assert "Fast track at the end of life" in found
    assert "Falls response" not in found
    assert "No pathway says that" in reader.get("/pathways/", {"words": "submarine"}).content.decode()


def test_a_pathway_shows_picture_words_settings_and_history(reader):
    before = canonical(dict(contents()["falls-response"]) | {"title": "Falls, as it was"})
    keep_version(before, digest_of(before))
    current_version("falls-response")
    page = reader.get("/pathways/falls-response/").content.decode()
    for said in ("<svg", "The steps in words", "Seen within two hours", "From memory: to be checked",
                 "The title was Falls, as it was, is now Falls response.", "Version 1", "Version 2"):  # fmt: skip
        assert said in page
    assert "Falls, as it was" in reader.get("/pathways/falls-response/versions/1/").content.decode()
    assert reader.get("/pathways/falls-response/versions/9/").status_code == 404


def test_looking_at_a_pathway_keeps_no_version(reader, django_assert_num_queries):
    page = reader.get("/pathways/carers-assessment/").content.decode()
    assert "no journey has begun on it yet" in page


def test_the_picture_alone_is_an_svg(reader):
    answer = reader.get("/pathways/carers-assessment/picture.svg")
    assert answer["Content-Type"].startswith("image/svg+xml")


def test_an_unknown_pathway_is_not_found_and_nobody_without_permission_gets_in(client, reader):
    assert reader.get("/pathways/nowhere/").status_code == 404
    client.force_login(UserFactory())
    assert client.get("/pathways/").status_code == 403


def run(*arguments):
    return CliRunner().invoke(application, ["pathway", *arguments])


def test_the_command_line_checks_draws_and_prints_the_schema(tmp_path):
    assert "12 pathways are in order." in run("check").output
    broken = tmp_path / "broken.yaml"
    broken.write_text("pathway: broken\ntitle: Broken\n", encoding="utf-8")
    refused = run("check", str(broken))
    assert refused.exit_code == 3
    assert f"{broken}:1" in refused.output
    out = tmp_path / "picture.svg"
    assert run("draw", "falls-response", "--out", str(out)).exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("<svg")
    assert "1. See the person where they fell." in run("draw", "falls-response", "--words").output
    assert json.loads(run("schema").output)["title"] == "A pathway"
    assert run("draw", "nowhere").exit_code == 1
