"""Whom to phone: who cannot be told in time of what changed, and what to say."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from attendance.models import Outreach
from notifications.models import Change, Message
from notifications.services.change_notices import queue_changes
from notifications.services.delivery import deliver_due
from people.models import Patient, TrailEntry
from scheduling.models import Booking
from scheduling.services.booking import cancel
from scheduling.services.seat_offers import accept, decline, expire_offers
from scheduling.services.sessions import cancel_session
from scheduling.services.waitlist import promote_all
from tests.cast import NOW, Cast
from tests.web.reading import open_page

pytestmark = pytest.mark.django_db

CALL_QUERIES = 12
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def called_off(cast: Cast, *patients: Patient, on: str = "2026-11-18 18:00") -> None:
    session = cast.session(on, capacity=30, counselor=False, room=False)
    for patient in patients:
        cast.booked(patient, session)
    cancel_session(session, actor=cast.cory, now=NOW)


def without_address(cast: Cast, name: str) -> Patient:
    patient = cast.patient(name)
    Patient.objects.filter(pk=patient.pk).update(email="", phone="+13035550123")
    return patient


def test_who_has_no_address_is_called_and_who_is_written_to_is_not(cast: Cast, client: Client) -> None:
    wen, abe = without_address(cast, "Wen Zhao"), cast.patient("Abe Moss")
    called_off(cast, wen, abe)
    called_off(cast, without_address(cast, "Later Lee"), on="2026-11-20 18:00")
    queue_changes(now=NOW + MINUTE)
    client.force_login(cast.cory)
    page = open_page(client, "/calls/")
    assert page.answer == "2 people to call"
    assert page.texts("a", "person-name") == ["Wen Zhao", "Abe Moss"]
    assert page.words.count("Wed 18 Nov, 6:00 pm: cancelled") == 2
    assert "No e-mail address" in page.words
    assert "The e-mail has not left yet" in page.words
    Message.objects.filter(patient=abe).update(state="failed")
    assert "The e-mail could not be delivered" in open_page(client, "/calls/").words
    Message.objects.filter(patient=abe).update(state="pending")
    deliver_due(clock=lambda: NOW + MINUTE)
    queue_changes(now=NOW + 2 * MINUTE)
    assert open_page(client, "/calls/").texts("a", "person-name") == ["Wen Zhao"]


def test_a_call_settles_it_and_no_message_follows(cast: Cast, client: Client) -> None:
    abe = cast.patient("Abe Moss")
    called_off(cast, abe)
    queue_changes(now=NOW + MINUTE)
    client.force_login(cast.cory)
    assert client.post(f"/calls/{abe.pk}/", {"outcome": "no_answer"}).status_code == 302
    assert open_page(client, "/calls/").answer == "1 person to call"
    client.post(f"/calls/{abe.pk}/", {"outcome": "reached"})
    assert open_page(client, "/calls/").answer == "Nobody to call"
    deliver_due(clock=lambda: NOW + 2 * MINUTE)
    assert (mail.outbox, Message.objects.get(kind="change").state) == ([], "dropped")
    steps = Outreach.objects.order_by("pk").values_list("patient_id", "kind", "outcome", "by_id")
    assert list(steps) == [(abe.pk, "call", "no_answer", cast.cory.pk), (abe.pk, "call", "reached", cast.cory.pk)]
    assert TrailEntry.objects.filter(action="changes_told", patient_id=abe.pk).count() == 1


def test_an_outcome_that_is_none_is_refused(cast: Cast, client: Client) -> None:
    abe = cast.patient("Abe Moss")
    called_off(cast, abe)
    client.force_login(cast.cory)
    client.post(f"/calls/{abe.pk}/", {"outcome": "sang"})
    assert open_page(client, "/calls/").answer == "1 person to call"
    assert Outreach.objects.count() == 0


def test_an_auditor_reads_and_notes_nothing(cast: Cast, client: Client) -> None:
    abe = cast.patient("Abe Moss")
    called_off(cast, abe)
    client.force_login(cast.ada)
    page = open_page(client, "/calls/")
    assert (page.answer, "Called" in page.source) == ("1 person to call", False)
    assert client.post(f"/calls/{abe.pk}/", {"outcome": "reached"}).status_code == 403


def asked(cast: Cast, patient: Patient) -> Booking:
    """The patient is asked whether they take a seat on Saturday; it is held until two minutes past ten."""
    cast.program.waitlist_policy = "offer"
    cast.program.save()
    session = cast.session("2026-11-21 09:00", capacity=1, counselor=False)
    holder = cast.booked(cast.patient("Abe Moss"), session)
    waiting = cast.booked(patient, session, waitlist=True)
    cancel(holder, actor=holder.patient.user, now=NOW)
    Change.objects.all().delete()
    promote_all(now=NOW)
    return Booking.objects.get(pk=waiting.pk)


def test_whom_no_message_asks_is_called_until_they_are(cast: Cast, client: Client) -> None:
    wen = without_address(cast, "Wen Zhao")
    asked(cast, wen)
    queue_changes(now=NOW + MINUTE)
    client.force_login(cast.cory)
    page = open_page(client, "/calls/")
    assert page.texts("a", "person-name") == ["Wen Zhao"]
    assert "Sat 21 Nov, 9:00 am: held until Wed 18 Nov, 10:02 am" in page.words
    assert "No e-mail address" in page.words
    client.post(f"/calls/{wen.pk}/", {"outcome": "no_answer"})
    assert open_page(client, "/calls/").answer == "1 person to call"
    client.post(f"/calls/{wen.pk}/", {"outcome": "reached"})
    assert open_page(client, "/calls/").answer == "Nobody to call"
    queue_changes(now=NOW + 2 * MINUTE)
    assert open_page(client, "/calls/").answer == "Nobody to call"
    assert not Message.objects.exists()


@pytest.mark.parametrize("end", [accept, decline, None])
def test_nobody_is_called_about_an_offer_that_is_answered_or_over(cast: Cast, client: Client, end: Any) -> None:
    booking = asked(cast, without_address(cast, "Wen Zhao"))
    client.force_login(cast.cory)
    assert open_page(client, "/calls/").answer == "1 person to call"
    if end is None:
        expire_offers(now=NOW + timedelta(hours=2))
    else:
        end(booking, actor=cast.cory, now=NOW)
    assert open_page(client, "/calls/").answer == "Nobody to call"


def test_an_offer_that_has_run_out_is_no_call_before_it_is_swept_either(cast: Cast, client: Client) -> None:
    asked(cast, without_address(cast, "Wen Zhao"))
    client.force_login(cast.cory)
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        assert open_page(client, "/calls/").answer == "Nobody to call"


def test_whose_mail_about_an_offer_failed_is_called_and_not_written_to_again(cast: Cast, client: Client) -> None:
    wen = cast.patient("Wen Zhao")
    asked(cast, wen)
    client.force_login(cast.cory)
    assert open_page(client, "/calls/").answer == "Nobody to call"
    Message.objects.update(state="failed")
    queue_changes(now=NOW + MINUTE)
    queue_changes(now=NOW + 2 * MINUTE)
    page = open_page(client, "/calls/")
    assert (page.answer, "The e-mail could not be delivered" in page.words) == ("1 person to call", True)
    client.post(f"/calls/{wen.pk}/", {"outcome": "reached"})
    queue_changes(now=NOW + 3 * MINUTE)
    assert open_page(client, "/calls/").answer == "Nobody to call"
    assert Message.objects.count() == 1


@pytest.mark.parametrize("people", [1, 30])
def test_the_list_costs_the_same_for_many(
    cast: Cast, client: Client, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    called_off(cast, *(cast.patient() for _ in range(people)))
    queue_changes(now=NOW + MINUTE)
    client.force_login(cast.cory)
    with django_assert_num_queries(CALL_QUERIES):
        page = open_page(client, "/calls/")
    assert len(page.texts("a", "person-name")) == people
