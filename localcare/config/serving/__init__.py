"""The processes that serve the site and run its jobs."""
