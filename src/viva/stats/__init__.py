"""Intervals and other statistics: numbers in, numbers out."""
