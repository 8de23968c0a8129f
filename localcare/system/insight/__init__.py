"""Measures of what happened, by place, service and group of people, with charts that say what is chance."""
