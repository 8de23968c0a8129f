"""What can be wrong with the database, said with its remedy."""


class DatabaseError(RuntimeError):
    """The database cannot serve; the message says what to do."""


class EmbeddedServerError(DatabaseError):
    """The embedded server cannot serve; the message says what to do."""
