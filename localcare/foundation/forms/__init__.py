"""Forms as reviewed definitions: rendered, drafted, completed, scored and read into the record."""
