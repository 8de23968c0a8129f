"""The desk of the rapid response team: who to see next, the visit, the package at home, the numbers of the day."""
