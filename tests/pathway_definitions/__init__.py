"""Tests of the pathway definitions."""
