"""Plain Python analysis: no web framework, no clock, no network."""
