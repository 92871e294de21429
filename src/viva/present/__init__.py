"""What screens and commands say: view state and words without any user interface."""
