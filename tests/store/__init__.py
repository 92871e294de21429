"""The store's promises, tested."""
