"""When to tell and when to keep quiet: pure time, no database, no clock."""
