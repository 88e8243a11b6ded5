"""Time, weeks and targets as plain values: no framework, no clock."""
