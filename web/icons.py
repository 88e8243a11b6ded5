"""Bootstrap icons, drawn into the page itself: no font to wait for, and the colour of the text around them."""

import re
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_PARTS = re.compile(r"<svg[^>]*viewBox=\"(?P<box>[^\"]+)\"[^>]*>(?P<inner>.*)</svg>", re.DOTALL)
EMPTY = ("0 0 16 16", "")
"""Stands for an icon whose file is not there: its place stays, and the word beside it still says everything."""


@lru_cache(maxsize=512)
def icon_parts(name: str) -> tuple[str, str]:
    """The view box and the shapes of an icon by its Bootstrap name; `EMPTY` where no such file is."""
    source = _read(f"vendor/icons/icons/{name}.svg")
    found = _PARTS.search(source)
    return (found["box"], found["inner"].strip()) if found else EMPTY


@lru_cache(maxsize=1024)
def draw_icon(name: str, label: str = "", classes: str = "") -> SafeString:
    """The icon as SVG; it is hidden from screen readers unless `label` says what it means."""
    box, shapes = icon_parts(name)
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" viewBox="{}" {} focusable="false">{}</svg>',
        classes,
        box,
        voice,
        mark_safe(shapes),  # noqa: S308 - the files come from the pinned package
    )


def _read(path: str) -> str:
    where = finders.find(path)
    if isinstance(where, str):
        return Path(where).read_text(encoding="utf-8")
    try:
        with staticfiles_storage.open(path) as file:
            return str(file.read().decode("utf-8"))
    except (OSError, ValueError):
        return ""
