"""Rows of an engine as PostgreSQL copies them in."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from localcare.analysis.libraries import pyarrow


def as_csv(rows: Any) -> bytes:
    """A batch or table of Arrow as CSV without a heading: text in quotes, what is not known empty."""
    content = BytesIO()
    options = pyarrow.csv.WriteOptions(include_header=False)
    pyarrow.csv.write_csv(rows, content, write_options=options)
    return content.getvalue()
