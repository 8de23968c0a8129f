"""Evaluation: whether a list that was published changed what happened, asked of every night that lies back far enough."""
