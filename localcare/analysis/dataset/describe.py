"""The linked dataset's schema as text, Markdown or a versioned JSON document."""

from __future__ import annotations

import json
from typing import Any

from localcare.analysis.dataset.schema import SCHEMA_VERSION, TABLES, Column, Table

FORMATS = ("text", "markdown", "json")


def describe(style: str = "text") -> str:
    """The schema in one of FORMATS; ValueError for another."""
    writers = {"text": schema_text, "markdown": schema_markdown, "json": schema_json}
    if style not in writers:
        raise ValueError(f"{style!r} is not a format: choose from {', '.join(FORMATS)}")
    return writers[style]()


def schema_document() -> dict[str, Any]:
    """The schema as plain data, with its version."""
    return {
        "schema": "localcare-linked-dataset",
        "schema_version": SCHEMA_VERSION,
        "files": "one per table: <table>.parquet, <table>/*.parquet, <table>.csv or <table>.csv.gz",
        "metadata_file": {"name": "dataset.json", "fields": ["schema_version", "as_of", "source"]},
        "tables": [_table(described) for described in TABLES],
    }


def schema_json() -> str:
    """The versioned JSON document."""
    return json.dumps(schema_document(), indent=2, ensure_ascii=False) + "\n"


def schema_text() -> str:
    """The schema for a terminal."""
    lines = [f"Linked dataset, schema version {SCHEMA_VERSION}", ""]
    for described in TABLES:
        lines += [f"{described.name}  (key {described.key}{'' if described.required else '; may be absent'})"]
        lines += [f"  {described.meaning}", ""]
        width = max(len(column.name) for column in described.columns)
        for column in described.columns:
            needed = "required" if column.required else ""
            lines.append(f"  {column.name:<{width}}  {column.type:<9}  {needed:<8}  {_meaning(column)}")
        lines.append("")
    return "\n".join(lines)


def schema_markdown() -> str:
    """The reference page."""
    lines = [
        "# The linked dataset",
        "",
        "<!-- Generated from localcare/analysis/dataset/schema.py; do not edit by hand. -->",
        "",
        f"Schema version {SCHEMA_VERSION}. One directory, one file per table: `<table>.parquet`, a folder `<table>/` of",
        "Parquet files, `<table>.csv` or `<table>.csv.gz` (UTF-8, with a header). Days are `YYYY-MM-DD` in Europe/London;",
        "moments are UTC. `dataset.json` beside the tables gives `schema_version`, `as_of` and `source`.",
        "",
        "A column that is not required may be left out; so may a table that says so. `localcare dataset check PATH`",
        "lists every problem with its table, row, column and remedy.",
    ]
    for described in TABLES:
        lines += ["", f"## {described.name}", "", f"{described.meaning}. Key: `{described.key}`."]
        lines += [] if described.required else ["The table may be absent."]
        lines += ["", "| column | type | required | meaning |", "| --- | --- | --- | --- |"]
        lines += [
            f"| `{column.name}` | {column.type} | {'yes' if column.required else ''} | {_meaning(column)} |"
            for column in described.columns
        ]
    return "\n".join(lines) + "\n"


def _meaning(column: Column) -> str:
    values = f" One of: {', '.join(column.values)}." if column.values else ""
    return f"{column.meaning}.{values}"


def _table(described: Table) -> dict[str, Any]:
    return {
        "name": described.name,
        "key": described.key,
        "required": described.required,
        "meaning": described.meaning,
        "columns": [_column(column) for column in described.columns],
    }


def _column(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "required": column.required,
        "meaning": column.meaning,
    }
    if column.values:
        described["values"] = list(column.values)
    if column.refers_to:
        described["refers_to"] = column.refers_to
    return described
