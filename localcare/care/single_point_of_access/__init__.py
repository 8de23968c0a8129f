"""The single point of access: one number answered, clinically sorted, arranged and followed to the end."""
