"""Background jobs: one directory each, a process that outlives the terminal, JSON event lines."""
