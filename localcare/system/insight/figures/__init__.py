"""Charts of this room: each with its title, words for those who cannot see it, its table and how it is drawn."""
