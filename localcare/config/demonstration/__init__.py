"""The demonstration: synthetic people, lists made of them, and a login for each role."""
