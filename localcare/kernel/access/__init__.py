"""Who may do what, and for whom."""
