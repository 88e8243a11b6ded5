"""What the pages accept, one page a file."""
