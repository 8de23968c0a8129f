"""Plans for the place whose every page is opened: a kept scenario, a run beside another, and one that waits."""

from __future__ import annotations

from typing import Any

from localcare.kernel.access.models import User
from localcare.kernel.access.readers import reader_for
from localcare.system.planning.actions import ask_for_run, save_scenario
from localcare.system.planning.running import carry_out
from tests.planning.small import content


def plans_of(user: User) -> dict[str, Any]:
    """What one analyst has kept and run: saved, done (beside another), other and waiting."""
    by = reader_for(user)
    more = content()
    more["services"]["ward"]["capacity"][1]["places"] = 20
    run = ask_for_run(content=more, by=by, beside=content())
    for one in (run.beside, run):
        carry_out(str(one.reference))
    return {
        "saved": save_scenario(content=content(), name="A ward of ours", by=by),
        "done": run,
        "other": run.beside,
        "waiting": ask_for_run(content=content(), by=by, seed=99),
    }
