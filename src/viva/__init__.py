"""viva: find out whether a fine-tuned language model is any good."""

__version__ = "0.1.0"
