"""Tests of stratification and the list."""
