"""What screens and commands say, tested without either."""
