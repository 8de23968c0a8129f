"""The register of people and their registrations with practices."""
