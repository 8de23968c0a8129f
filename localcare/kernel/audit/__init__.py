"""Who looked at or changed what, append-only and tamper-evident."""
