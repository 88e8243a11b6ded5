"""What is never in the log: see docs of `config.logs`."""

import json
import logging

import pytest
from django.test import Client

from config.logs import formatter

TOKEN = "dU9SkmZJ_Lx1bwv9D_El2bhu9fPc-GEix5VBPbB5oml"


@pytest.mark.django_db
@pytest.mark.parametrize("address", [f"/calendar/{TOKEN}", f"/calendar/{TOKEN}.ics/", f"/calendar/{TOKEN}.ICS"])
def test_a_misspelt_feed_address_leaves_no_token(
    address: str, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get(address).status_code == 404
    lines = [json.loads(formatter().format(record)) for record in caplog.records if record.name == "django.request"]
    assert [line["event"].startswith("Not Found: /calendar/...") for line in lines] == [True]


def test_other_addresses_stay_as_they_are() -> None:
    path = "/api/v1/notification-preferences/17/"
    record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, "Not Found: %s", (path,), None)
    assert json.loads(formatter().format(record))["event"] == f"Not Found: {path}"
