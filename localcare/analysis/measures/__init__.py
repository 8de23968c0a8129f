"""Indicators: reviewed definitions, and one engine that reads them off a journal and a linked dataset."""
