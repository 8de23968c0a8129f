"""Tests of the design room: words, forms, charts, pages without a database."""
