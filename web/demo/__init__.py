"""The demo clinic: invented people whose weeks look like real ones. `manage.py seed_demo` is its door."""
