"""What a load did, file by file, for the command line and the caller."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class FileSummary:
    """What became of one file; `was_loaded_before` means that its content had gone in already."""

    table: str
    name: str
    received: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    was_loaded_before: bool = False


@dataclass(frozen=True)
class LoadSummary:
    """What became of a whole load."""

    run_id: int
    source: str
    files: tuple[FileSummary, ...]
    seconds: float
    not_understood: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def received(self) -> int:
        """Rows or resources read."""
        return sum(file.received for file in self.files)

    @property
    def added(self) -> int:
        """Rows new to the database."""
        return sum(file.added for file in self.files)

    @property
    def updated(self) -> int:
        """Rows that were known and have changed."""
        return sum(file.updated for file in self.files)

    @property
    def unchanged(self) -> int:
        """Rows that were known as they are."""
        return sum(file.unchanged for file in self.files)

    @property
    def quarantined(self) -> int:
        """Rows that could not go in."""
        return sum(file.quarantined for file in self.files)

    @property
    def rows_per_second(self) -> float:
        """Rows or resources read in a second of the whole load."""
        return self.received / self.seconds if self.seconds else 0.0
