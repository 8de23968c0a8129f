"""Who asks the team: ambulance crews, the hospital's discharge team; each sees the answer and the end."""

from __future__ import annotations

import pytest
from django.urls import reverse

from localcare.foundation.pathways import actions
from localcare.foundation.pathways.models import Notice
from tests.rapid_response.conftest import service
from tests.rapid_response.test_board import BOARD, press, text_of


@pytest.mark.trace("T097", "T099")
def test_an_ambulance_crew_asks_the_team_and_hears_the_answer_and_the_end(
    team, nurse, works_in, signed_in, vera, task_of
):
    crew = service("ambulance", title="Ambulance service")
    paramedic = works_in(crew, "community-professional")
    journey = actions.open_journey(
        person=vera,
        pathway="urgent-community-response",
        by=paramedic,
        asked_by=crew,
        priority="two-hour",
        services={"respond": team},
        reason="Lifted from the floor, unhurt, should not go to A&E",
    )
    task, client = task_of(journey), signed_in(nurse)
    page = text_of(client.get(reverse("rapid-response-case", args=[task.reference])))
    assert "Ambulance service" in page
    assert "should not go to A&amp;E" in page
    press(client, task, "accept")
    sent = {"outcome": "declined_by_person", "reason": "Her daughter stays the night", "key": "o1"}
    client.post(reverse("rapid-response-outcome", args=[task.reference]), sent)
    told = set(Notice.objects.filter(service=crew).values_list("kind", flat=True))
    assert {"accepted", "done", "ended"} <= told


@pytest.mark.trace("T101")
def test_a_person_brought_home_by_the_discharge_team_is_on_the_same_board(
    team, nurse, works_in, signed_in, vera, task_of
):
    service("integrated-discharge-team")
    access = service("single-point-of-access")
    ward = service("acute-discharge")
    handler = works_in(access, "call-handler")
    journey = actions.open_journey(
        person=vera, pathway="discharge-to-assess", by=works_in(ward, "acute-discharger"), asked_by=ward
    )
    arrange = task_of(journey, "coordinate")
    actions.accept(task=arrange, by=handler)
    actions.done(task=arrange, by=handler, outcome="home_with_support", services={"settle_at_home": team})
    task, client = task_of(journey, "settle_at_home"), signed_in(nurse)
    assert "Bring the person home and settle them in" in text_of(client.get(BOARD))
    for point in ("accept", "left-hospital", "arrived-home"):
        assert press(client, task, point).status_code == 302
    page = text_of(client.get(reverse("rapid-response-case", args=[task.reference])))
    assert "Finish with an outcome" in page
