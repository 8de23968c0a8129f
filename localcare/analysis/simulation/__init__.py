"""What would happen: scenarios of demand and capacity on the same pathway definitions that are lived and measured."""
