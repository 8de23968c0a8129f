"""What happens if nothing is done: people, money and activity, each from stated inputs by explicit steps."""
