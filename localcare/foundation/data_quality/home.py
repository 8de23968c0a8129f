"""What this room puts on the navigation bar and the home page, and what its actions are called."""

from __future__ import annotations

from localcare.foundation.data_quality.queries import latest_report
from localcare.kernel.access.readers import Reader
from localcare.kernel.audit.wording import register_actions
from localcare.kernel.nhs_design.home import HomeCard, register_card
from localcare.kernel.nhs_design.navigation import NavigationItem, register

ACTIONS = {
    "quality.assess": "Had the data assessed before a run",
    "quality.read": "Read the reports on data quality",
    "quality.accept": "Accepted a finding about the data",
    "quality.prune": "Removed old reports on data quality",
    "quality.accept-taken-back": "Took back the acceptance of a finding about the data",
}


def join() -> None:
    """Register the entry, the card and what actions are called in the audit trail."""
    register_actions(ACTIONS)
    register(NavigationItem("Data quality", "data-quality", permission="quality.read", order=58))
    register_card(
        HomeCard(
            title="Data quality",
            description="Whether the data are good enough to make lists from, and what is wrong with them would do.",
            url_name="data-quality",
            permission="quality.read",
            order=58,
            waiting=verdict,
        )
    )


def verdict(reader: Reader) -> str | None:
    """What became of the last assessment."""
    report = latest_report()
    return f"The last data were: {report.get_verdict_display().lower()}" if report else None
