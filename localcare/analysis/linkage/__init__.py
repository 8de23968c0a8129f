"""Record linkage: which records are of one person, by NHS number first and by likeness where there is none.

Nothing here merges anything: the result is a table of pairs with reasons, for a person to decide about.
"""
