"""Local Care: the operating system of a place's integrated health and social care."""

__version__ = "0.1.0"
