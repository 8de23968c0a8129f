"""The same answers on DuckDB and on Spark, person by person."""
