"""Tests of the platform: the database, the settings, the command line and what runs the site."""
