"""What the page components draw, worked out as plain values; their markup lies in `templates/_partials/`."""
