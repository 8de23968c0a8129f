"""Where nothing was lived yet, the desk says so and asks for nothing."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from localcare.system.planning import lived


def test_a_journal_without_days_is_not_fitted(client, by):
    with pytest.raises(lived.NothingLived, match="fewer than 3 whole days"):
        lived.ask_to_fit(weeks=4, by=by)
    page = client.post("/planning/lived/", {"weeks": "4"}, follow=True).content.decode()
    assert "fewer than 3 whole days" in page
    assert not ProcrastinateJob.objects.filter(task_name="planning.fit").exists()
