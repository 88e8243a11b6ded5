"""What the staff pages' lists show of a row, worked out as plain values for the partials."""
