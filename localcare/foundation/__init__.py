"""What every desk shares: places, people and the record."""
