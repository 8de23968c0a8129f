"""How the tables of this desk came to be."""
