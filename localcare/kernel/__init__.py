"""Mechanisms without a domain."""
