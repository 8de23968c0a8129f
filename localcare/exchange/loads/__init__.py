"""What came in: loads, their files, and the quarantine of what could not go in."""
