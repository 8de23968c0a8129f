"""Definitions, journeys and the journal: what each desk lives on."""
