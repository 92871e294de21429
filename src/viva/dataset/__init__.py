"""Datasets: reading files into examples."""
