"""What a patient's pages show, worked out before a template draws it: no request, no clock, no writing."""
