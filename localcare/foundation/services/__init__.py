"""The services directory: who can do what, for whom, where, when and with how much room."""
