"""One benchmark in a process of its own, on the database that the environment names: `NAME SIZES ANSWER`."""

import json
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import django

from bench.figures import Figure, write
from bench.sizes import Sizes
from bench.timing import peak_mb


def main(name: str, sizes: str, answer: str) -> None:
    """Measure, and write the figures to the file `answer`."""
    django.setup()
    figures: list[Figure] = import_module(f"bench.{name}").measure(Sizes(**json.loads(sizes)))
    peak = peak_mb()
    write([replace(figure, peak_mb=peak) for figure in figures], Path(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
