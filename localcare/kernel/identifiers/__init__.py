"""NHS numbers and other identifiers."""
