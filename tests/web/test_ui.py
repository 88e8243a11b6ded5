"""The components' markup: what is said beside what is drawn, and nothing that the content security policy forbids."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from web import notices
from web.components.actions import Action
from web.views.styleguide import sample_context

TEMPLATES = Path(__file__).parents[2] / "web" / "templates"


class Elements(HTMLParser):
    """The elements of a piece of markup with their attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture
def request_with_messages() -> HttpRequest:
    request = RequestFactory().get("/")
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def draw(source: str, **values: object) -> str:
    return Template("{% load ui figures %}" + source).render(Context(values))


def words(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).replace("\u00a0", " ").split())


@pytest.mark.parametrize(
    ("status", "word", "tone"),
    [
        ("below", "Below", "clay"),
        ("at_risk", "At risk", "amber"),
        ("over", "Over", "plum"),
        ("on_track", "On track", "ring"),
        ("met", "Reached", "pine"),
        ("exempt", "No target", "slate"),
        ("planned", "Planned", "slate"),
    ],
)
def test_a_status_is_shape_word_and_colour(status: str, word: str, tone: str) -> None:
    markup = draw("{% status_chip status %}", status=status)
    assert words(markup) == word
    assert Elements(markup).of("span")[0]["class"] == f"chip chip-{tone}"
    assert Elements(markup).of("path")


def test_no_two_statuses_share_their_shape() -> None:
    shapes = {
        status: tuple(str(p.get("d")) for p in Elements(draw("{% status_chip s %}", s=status)).of("path"))
        for status in ("below", "at_risk", "over", "on_track", "met", "exempt", "planned")
    }
    assert len(set(shapes.values())) == 7


def test_a_chip_may_carry_a_count_or_its_own_words() -> None:
    assert words(draw('{% status_chip "below" count=2 %}')) == "Below · 2"
    assert words(draw('{% status_chip "below" text="2 h 44 short" %}')) == "2 h 44 short"
    assert words(draw('{% status_chip "below" count=0 %}')) == "Below · 0"


def test_the_bar_says_in_words_what_it_draws() -> None:
    markup = draw("{% hours_bar done=225 booked=165 minimum=540 maximum=1140 labels=True %}")
    bar, *_ = Elements(markup).of("svg")
    assert (bar["role"], str(bar["aria-label"]).replace("\u00a0", " ")) == (
        "img",
        "3 h 45 done, 2 h 45 booked, goal 9 h, at most 19 h",
    )
    assert words(markup) == "0 Goal 9 h 19 h at most"


def test_a_silent_icon_is_hidden_and_a_named_one_speaks() -> None:
    assert Elements(draw('{% icon "people" %}')).of("svg")[0]["aria-hidden"] == "true"
    named = Elements(draw('{% icon "people" label="<Group>" %}')).of("svg")[0]
    assert (named["role"], named["aria-label"]) == ("img", "<Group>")
    assert "aria-hidden" not in named


def test_a_get_action_is_a_link_with_its_hint() -> None:
    action = Action("Book", "/book/?a=1&b=2", look="primary", hint="Saturday", attributes={"hx-get": "/x"})
    markup = draw("{% action action %}", action=action)
    assert Elements(markup).of("a") == [
        {"class": "button button-primary", "href": "/book/?a=1&b=2", "hx-get": "/x"},
    ]
    assert words(markup) == "Book Saturday"


def test_a_post_action_is_a_form_of_one_button_with_its_fields_and_token() -> None:
    action = Action("Book", "/book/", method="post", fields={"session": "7"}, small=True)
    request = RequestFactory().get("/")
    markup = Template("{% load ui %}{% action action %}").render(RequestContext(request, {"action": action}))
    elements = Elements(markup)
    assert elements.of("form") == [{"method": "post", "action": "/book/", "class": "action"}]
    assert [field["name"] for field in elements.of("input")] == ["csrfmiddlewaretoken", "session"]
    assert elements.of("button") == [{"type": "submit", "class": "button button-soft button-small"}]


def test_what_was_done_offers_to_undo_it(request_with_messages: HttpRequest) -> None:
    notices.say_done(request_with_messages, "Saturday is booked.", undo_url="/bookings/7/cancel/")
    notices.say_bad(request_with_messages, "That seat has just gone.")
    notices.say_info(request_with_messages, "Figures from 7:40 am")
    markup = render_to_string(
        "_partials/messages.html", {"messages": get_messages(request_with_messages)}, request_with_messages
    )
    elements = Elements(markup)
    assert [form["action"] for form in elements.of("form")] == ["/bookings/7/cancel/"]
    assert [div.get("class") for div in elements.of("div")] == [
        "notices",
        "notice notice-done",
        "notice notice-bad",
        "notice notice-info",
    ]
    assert words(markup) == "Saturday is booked. Undo That seat has just gone. Figures from 7:40 am"


def test_text_in_a_component_is_never_markup() -> None:
    assert "<script>" not in draw("{% notice 'bad' text %}", text="<script>alert(1)</script>")
    action = Action("<b>", '"><script>', attributes={"data-x": '"><script>'})
    assert "<script>" not in draw("{% action action %}", action=action)


def test_the_week_is_a_silent_drawing_with_a_list_that_speaks() -> None:
    markup = draw("{% week_grid grid title='Your week' %}", grid=sample_context()["grid"])
    elements = Elements(markup)
    drawing = next(div for div in elements.of("div") if str(div.get("class")).startswith("week-grid"))
    assert (drawing["class"], drawing["aria-hidden"]) == ("week-grid from7 to22", "true")
    assert [link.get("tabindex") for link in elements.of("a") if str(link.get("class")).startswith("block")] == [
        "-1",
        "-1",
    ]
    assert [list_["id"] for list_ in elements.of("ul") if list_.get("class") == "week-list"] == ["week-list"]
    assert "Wednesday 18 Work 8 am–4:30 pm Group 6–9 pm , booked 2 h 45" in words(markup)


def test_a_roster_row_is_four_radios_of_one_name_with_one_chosen() -> None:
    row = {"key": "7", "name": "Chidi Okafor", "status": "no_show"}
    elements = Elements(render_to_string("_partials/roster_row.html", {"row": row}))
    radios = [field for field in elements.of("input") if field["type"] == "radio"]
    assert [(field["name"], field["value"], "checked" in field) for field in radios] == [
        ("status-7", "present", False),
        ("status-7", "excused", False),
        ("status-7", "no_show", True),
        ("status-7", "turned_away", False),
    ]


def test_a_signed_roster_row_has_nothing_to_change() -> None:
    row = {"key": "7", "name": "Chidi Okafor", "status": "excused", "locked": True}
    markup = render_to_string("_partials/roster_row.html", {"row": row})
    assert Elements(markup).of("input") == []
    assert "Excused" in words(markup)


def test_every_component_keeps_to_the_content_security_policy(rf: RequestFactory) -> None:
    markup = render_to_string("styleguide.html", sample_context(), rf.get("/styleguide/"))
    elements = Elements(markup)
    assert [tag for tag, attributes in elements.found if "style" in attributes] == []
    assert [tag for tag, attributes in elements.found if any(name.startswith("on") for name in attributes)] == []
    assert elements.of("style") == []
    assert all(script.get("src") for script in elements.of("script"))


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_has_inline_style_or_script(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", source)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", source)


def test_ids_of_a_page_are_unique(rf: RequestFactory) -> None:
    elements = Elements(render_to_string("styleguide.html", sample_context(), rf.get("/styleguide/")))
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))
