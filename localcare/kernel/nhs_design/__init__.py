"""The NHS design system for every page."""
