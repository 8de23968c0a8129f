"""How the linked dataset is written from the database: who, what, from which snapshot, and what changed since."""
