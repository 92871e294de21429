"""The workbench on a terminal: the only package that imports textual."""
