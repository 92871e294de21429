"""The one place of truth, `results.duckdb`; the only package that imports duckdb."""

from viva.store.file import Store

__all__ = ["Store"]
