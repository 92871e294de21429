"""Metrics: numbers computed from a text, its question and its reference."""
