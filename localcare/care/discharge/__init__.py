"""The discharge desk: who is fit to leave hospital, what is missing at home, and what became of it."""
