"""Offering the workbench to others: over SSH, and to a browser."""
