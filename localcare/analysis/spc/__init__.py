"""Statistics for comparing over time, between places and between people: each figure with its uncertainty."""
