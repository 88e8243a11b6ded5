"""The fact as plain values: credited minutes, a week's status, requirements."""
