"""Django's PostgreSQL backend, with an embedded server that is started again when it was killed."""
