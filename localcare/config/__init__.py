"""Settings, addresses and wiring: which event leads to which action."""
