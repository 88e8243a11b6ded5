"""What holds the house up: who imports whom, what processes run, what is pinned."""
