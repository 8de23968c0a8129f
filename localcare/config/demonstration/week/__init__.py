"""A week of live work for the demonstration, lived through the real actions, so that every desk opens on something."""
