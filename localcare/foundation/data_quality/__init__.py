"""Reports on the quality of the data that lists are made from: kept, shown, and accepted with a name on it."""
