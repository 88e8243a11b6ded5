"""Fetching feeds as a calendar app would, and reading them with readers that are not the writer."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client
from icalendar import Calendar

ROOT = Path(__file__).resolve().parents[2]
READERS = {
    "vobject": [sys.executable, str(ROOT / "tests/notifications/readers/read_vobject.py")],
    "ical.js": ["node", str(ROOT / "tests/notifications/readers/icaljs.mjs")],
}


def path_of(url: str) -> str:
    return urlsplit(url).path


@cache
def _client() -> Client:
    return Client()


def fetch(url: str, method: str = "get", **headers: str) -> HttpResponse:
    """Ask for a feed with nothing but the given headers: no cookie, no Accept."""
    send = getattr(_client(), method)
    response: HttpResponse = send(
        path_of(url), headers={name.replace("_", "-"): text for name, text in headers.items()}
    )
    return response


def lines_of(body: bytes) -> list[str]:
    """The unfolded content lines (RFC 5545, section 3.1)."""
    return body.decode().replace("\r\n ", "").split("\r\n")


def vevents(body: bytes) -> list[list[str]]:
    """The content lines of each VEVENT, sorted."""
    blocks = body.decode().replace("\r\n ", "").split("BEGIN:VEVENT\r\n")[1:]
    return [sorted(block.partition("END:VEVENT\r\n")[0].split("\r\n")[:-1]) for block in blocks]


def summaries(body: bytes) -> list[str]:
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(body).walk("VEVENT")]


@dataclass(frozen=True)
class Reading:
    name: str
    zones: int
    rows: list[list[Any]]


def read_with(reader: str, body: bytes, folder: Path, *, machine_zone: str) -> Reading:
    """What an independent reader finds, in a process of its own."""
    path = folder / "feed.ics"
    path.write_bytes(body)
    environment = {**os.environ, "TZ": machine_zone}
    command = [*READERS[reader], str(path)]
    output = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT).stdout
    return Reading(**json.loads(output))
