"""Scenario files: what is asked of the pathways, what can be given, and where the people are at the start."""
