"""Local Care: the operating system of a place's integrated health and social care."""
