"""FHIR R4 feeds, kept as received beside the facts read from them."""
