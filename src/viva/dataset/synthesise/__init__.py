"""Datasets written by a model: over a taxonomy of fields, or over domains and technical components."""
