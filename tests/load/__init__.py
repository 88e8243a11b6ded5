"""`make storm`: races and load over HTTP against PostgreSQL, with real processes on both sides; see `__main__`."""
