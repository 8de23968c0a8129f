"""PostgreSQL: an embedded server when none is configured."""
