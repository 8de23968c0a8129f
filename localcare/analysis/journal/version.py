"""Which version of the journal as a table this program writes and reads."""

from __future__ import annotations

VERSION = 1
