"""The record: coded facts, encounters, documents, consent."""
