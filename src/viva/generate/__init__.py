"""Generation: letting local models write."""
