"""Training: recipes, the training program, and the program that makes the starter model."""
