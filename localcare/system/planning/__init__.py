"""What would happen if: scenarios asked in plain words, run on the same definitions as the work itself."""
