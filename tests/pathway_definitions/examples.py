"""Small pathways for tests."""

from __future__ import annotations

from typing import Any

HEADING = {
    "pathway": "example",
    "title": "An example",
    "version": 1,
    "intervention": "rapid-response",
    "source": "a test",
    "owner": "a team",
    "review_by": "2027-11-01",
}
KNOWN = {
    "forms": ["visit"],
    "service_kinds": ["team", "other-team"],
    "hours": ["daily"],
    "settings": ["package"],
    "pathways": ["elsewhere"],
}


def step(outcomes: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A step by the team that ends, unless said otherwise."""
    return {"by": "team", "outcomes": {"over": "end:over"} if outcomes is None else outcomes, **fields}


def pathway(steps: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A pathway of the steps (one that ends, when none are given)."""
    return {**HEADING, "ends": {"over": "Over"}, "steps": steps or {"visit": step()}, **fields}


def with_clock(**fields: Any) -> dict[str, Any]:
    """A pathway of two steps, the second with this clock."""
    clock = {"within": "2h", "from": "requested", "to": "done", **fields}
    return pathway(
        {
            "first": step({"on": ["second"]}, milestones=["seen"]),
            "second": step(clock=clock, milestones=["left", "arrived"]),
        }
    )
