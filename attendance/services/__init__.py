"""The only writers of this app; each opens its own transaction."""
