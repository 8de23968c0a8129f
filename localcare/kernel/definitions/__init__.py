"""Reviewed YAML definitions: loading, schema checks, errors with file and line."""
