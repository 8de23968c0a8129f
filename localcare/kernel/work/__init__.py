"""Work that a worker carries out: one table's shape, and one way to begin, tell, stop, end and take up again."""
