"""Tests that drive a real Chromium, and what they are made of."""
