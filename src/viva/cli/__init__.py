"""The command line: one file per noun; it owns stdout, stderr and exit codes."""
