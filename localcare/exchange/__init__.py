"""Other systems' languages: what comes in and what goes out."""
