"""Seeded synthetic people and activity for demo, tests and benchmarks."""
