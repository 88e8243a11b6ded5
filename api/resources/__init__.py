"""One resource a file: what it takes, what it answers, and the verbs."""
