"""The linked dataset: its published schema, reading and checking it."""
