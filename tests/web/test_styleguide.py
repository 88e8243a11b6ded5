"""The page of components is there while building, and nowhere else."""

import pytest
from django.http import Http404
from django.test import RequestFactory, override_settings

from web.views.styleguide import styleguide


def test_the_styleguide_is_not_found_outside_debug_mode(rf: RequestFactory) -> None:
    with override_settings(DEBUG=False), pytest.raises(Http404):
        styleguide(rf.get("/styleguide/"))


@override_settings(DEBUG=True)
def test_the_styleguide_shows_itself_in_debug_mode(rf: RequestFactory) -> None:
    answer = styleguide(rf.get("/styleguide/"))
    assert answer.status_code == 200
    assert "2 h 30 still to book" in answer.content.decode()
