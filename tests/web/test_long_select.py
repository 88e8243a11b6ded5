"""A long list is drawn as Django's own would draw it."""

import re

import pytest
from django import forms

from web.forms.long_select import LongSelect

CHOICES = [("", "All <sites>"), (1, "Maple & Elm"), (2, 'The "old" mill')]


@pytest.mark.parametrize("value", [None, "", 2, "2", 7])
@pytest.mark.parametrize("attrs", [{}, {"class": 'a"b', "id": "id_site", "hidden": False, "disabled": True}])
def test_as_djangos_own(value: object, attrs: dict[str, object]) -> None:
    usual = forms.Select(choices=CHOICES).render("site", value, attrs)
    drawn = LongSelect(choices=CHOICES).render("site", value, attrs)
    assert re.sub(r">\s+<", "><", drawn) == re.sub(r">\s+<", "><", usual)
