"""The system perspective: what happened, what it cost, what would happen if."""
