"""What the installation needs, looked at piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

from localcare.config.examination.finding import Finding

__all__ = ["Finding", "examine"]


def examine(*, for_development: bool) -> Iterator[Finding]:
    """Look at the machine, the configuration and the database, in this order; stop where the next needs the last."""
    from localcare.config.examination import configuration, database, machine

    yield from machine.findings(for_development=for_development)
    settled = True
    for finding in configuration.findings():
        settled = settled and finding.state != "missing"
        yield finding
    if settled:
        yield from database.findings()
