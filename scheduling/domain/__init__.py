"""The promise as plain values: recurrence, work hours, what fits, what can still be booked."""
