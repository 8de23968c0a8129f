"""The page of one person: what the record holds, with a panel from each desk that has something to say."""
