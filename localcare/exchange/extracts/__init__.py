"""The linked dataset in and out of the database, and the quarantine."""
