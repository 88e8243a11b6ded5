"""Reading a page as a person does: its words, its answer, its buttons."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.test.html import Element, parse_html

SILENT = frozenset({"script", "style", "svg", "title"})


def plain(text: str) -> str:
    """The text with every run of blanks, no-break ones too, as one blank."""
    return " ".join(text.replace("\u00a0", " ").split())


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes, what it holds, what its button says."""

    action: str
    fields: dict[str, str]
    button: str


class Page:
    """A page as it was answered."""

    def __init__(self, source: str, status: int = 200) -> None:
        self.source = source
        self.status = status
        self._root = parse_html(source)

    @property
    def words(self) -> str:
        """All that stands on it."""
        return _words(self._root)

    @property
    def answer(self) -> str:
        """Its first line."""
        return self.texts("h1")[0]

    def texts(self, tag: str = "", css: str = "") -> list[str]:
        """The words of each element of the tag and class, in order."""
        return [_words(element) for element in self._all(tag, css)]

    def link(self, words: str) -> str:
        """Where the first link of these words goes."""
        return next(str(_attributes(one)["href"]) for one in self._all("a") if _words(one) == words)

    @property
    def links(self) -> list[str]:
        """Where its links go."""
        return [str(_attributes(one).get("href", "")) for one in self._all("a")]

    @property
    def forms(self) -> list[Form]:
        """Its forms that have one button."""
        found = []
        for one in self._all("form"):
            buttons = [_words(button) for button in _walk(one) if button.name == "button"]
            hidden = [_attributes(field) for field in _walk(one) if field.name == "input"]
            fields = {str(field["name"]): str(field.get("value", "")) for field in hidden if field["type"] == "hidden"}
            fields.pop("csrfmiddlewaretoken", None)
            found.append(Form(str(_attributes(one).get("action", "")), fields, " ".join(buttons)))
        return found

    def form(self, button: str) -> Form:
        """The one form whose button says so."""
        (found,) = [form for form in self.forms if form.button == button]
        return found

    @property
    def notices(self) -> list[str]:
        """What was said about the last thing that was done."""
        return [
            f"{look}: {_words(next(part for part in _walk(one) if part.name == 'p'))}"
            for look in ("done", "bad", "info")
            for one in self._all("div", f"notice-{look}")
        ]

    def _all(self, tag: str = "", css: str = "") -> Iterator[Element]:
        for one in _walk(self._root):
            classes = str(_attributes(one).get("class", "")).split()
            if (not tag or one.name == tag) and (not css or css in classes):
                yield one


def read(response: Any) -> Page:
    """The page of an answer that is at hand."""
    return Page(response.content.decode(), response.status_code)


def open_page(client: Client, path: str) -> Page:
    """The page at the address."""
    response = client.get(path)
    return Page(response.content.decode(), response.status_code)


def press(client: Client, form: Form, path: str = "") -> Page:
    """The page on which one stands after pressing the form's button; `path` is that of the page with the form."""
    response = client.post(form.action or path, form.fields, follow=True)
    return Page(response.content.decode(), response.status_code)


def _attributes(element: Element) -> dict[str, str | None]:
    return dict(element.attributes)


def _walk(element: Element) -> Iterator[Element]:
    for child in element.children:
        if isinstance(child, Element):
            yield child
            yield from _walk(child)


def _words(element: Element) -> str:
    parts = []
    for child in element.children:
        if isinstance(child, Element):
            if child.name not in SILENT:
                parts.append(_words(child))
        else:
            parts.append(str(child))
    return plain(" ".join(parts))
