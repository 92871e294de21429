"""Figures and documents of results: records in, files out."""
