"""Benchmarks: putting questions with a right answer to a model, and telling whether it answered rightly."""
