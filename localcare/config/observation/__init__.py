"""What those who run the system see of it: health, logs and metrics, without a word about people."""
