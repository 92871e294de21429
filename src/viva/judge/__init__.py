"""The judge: a language model that scores texts on a rubric, its protocol, and how its word is read."""
