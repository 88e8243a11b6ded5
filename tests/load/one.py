"""A process of its own on the database that the environment names; what it does is in `tests.load.run`."""

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    import_module("tests.load.run").main(sys.argv[1:])
