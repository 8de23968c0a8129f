"""Pathway definitions as plain data: read, checked, drawn; the clocks they run on. No database, no web."""
