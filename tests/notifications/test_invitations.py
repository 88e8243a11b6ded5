"""What family members are told: when and where, only under consent, and nothing of what it is."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from notifications.enums import MessageState
from notifications.models import Message
from notifications.services.delivery import deliver_due
from people.enums import FamilyShare
from people.models import FamilyConsent, FamilyMember, Room
from people.services.admissions import discharge
from people.services.family import MemberFields, add_member, change_member, give_consent, revoke_consent
from people.services.plans import add_leave
from scheduling.enums import ApartReason
from scheduling.models import Invitation, Session
from scheduling.services.booking import cancel, move
from scheduling.services.invitations import answer, invite
from scheduling.services.keep_apart import Thing, keep_apart
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_session
from scheduling.services.sessions import cancel_session, change_session
from tests.cast import NOW, Cast
from tests.notifications.builders import fields_of

HOUR = timedelta(hours=1)
BETRAYING = ("family", "group", "treatment", "program", "evening track", "ana", "reyes", "dana", "process")


@pytest.fixture
def invited(cast: Cast) -> Invitation:
    session = cast.session("2026-11-19 18:00", minutes=120, kind="family", capacity=8)
    member = add_member(cast.ana, MemberFields("Rosa", email="rosa@example.org"), actor=None, now=NOW)
    give_consent(
        member,
        shares=frozenset({FamilyShare.INVITATIONS}),
        starts_on=date(2026, 11, 18),
        ends_on=date(2026, 11, 30),
        actor=None,
        now=NOW,
    )
    return invite(cast.booked(cast.ana, session), member, actor=None, now=NOW)


def deliver(now: datetime = NOW) -> list[str]:
    """The bodies of what was sent now."""
    before = len(mail.outbox)
    deliver_due(clock=lambda: now)
    return [str(sent.body) for sent in mail.outbox[before:]]


def states() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("kind", "state"))


def test_an_invitation_says_when_and_where_and_nothing_else(invited: Invitation) -> None:
    [body] = deliver()
    assert body == (
        "You are invited to an appointment on Thu 19 Nov, 6:00 pm.\n\n"
        "214 Maple Street, Room 4\n\n"
        f"Will you come? Please answer here: http://127.0.0.1:8000/invitations/{invited.token}/\n\n"
        "Questions, or something came up? Call +1 303-555-0100.\n\n"
        "Maple Street\n"
    )
    said = f"{mail.outbox[0].subject} {body.replace(invited.token, '')}".lower()
    assert [word for word in BETRAYING if word in said] == []
    assert mail.outbox[0].to == ["rosa@example.org"]


def test_it_goes_out_in_the_language_of_whoever_is_asked(invited: Invitation) -> None:
    fields = MemberFields("Rosa", email="rosa@example.org", language="es")
    change_member(invited.member, fields, actor=None, now=NOW)
    assert deliver()[0].startswith("Tiene una invitación para una cita el jue 19 nov, 18:00.")


def test_a_consent_taken_back_before_it_leaves_keeps_it_here(invited: Invitation) -> None:
    revoke_consent(FamilyConsent.objects.get(), actor=None, now=NOW)
    assert (deliver(), states()) == ([], [("invitation", MessageState.DROPPED)])


def test_a_consent_that_ran_out_before_it_leaves_keeps_it_here(invited: Invitation) -> None:
    FamilyConsent.objects.update(ends_on=date(2026, 11, 17), starts_on=date(2026, 11, 1))
    assert (deliver(), states()) == ([], [("invitation", MessageState.DROPPED)])


@pytest.mark.parametrize("by", ["patient", "session"])
def test_whoever_knew_is_told_that_it_does_not_take_place(invited: Invitation, by: str) -> None:
    deliver()
    if by == "patient":
        cancel(invited.booking, actor=None, now=NOW)
    else:
        cancel_session(invited.session, actor=None, now=NOW)
    [body] = deliver()
    assert body.startswith("The appointment on Thu 19 Nov, 6:00 pm to which you were invited does not take place.")


DECEMBER = timedelta(days=14)
OFF = "The appointment on Thu 19 Nov, 6:00 pm to which you were invited does not take place."


@pytest.mark.parametrize("to", [{"kind": "group"}, {"starts_at_local": "2026-12-03T18:00"}])
def test_whoever_knew_is_told_that_it_takes_place_for_them_no_more(invited: Invitation, to: dict[str, str]) -> None:
    deliver()
    answer(invited, coming=True, now=NOW)
    edit_session(invited.session, SeriesEdit(Scope.THIS, to), actor=None, now=NOW)
    [body] = deliver()
    assert body.startswith(OFF)
    assert "Dec" not in body
    assert deliver() == []


def test_a_change_that_is_made_at_once_tells_them_too(invited: Invitation) -> None:
    deliver()
    session = invited.session
    moved = fields_of(session, starts_at=session.starts_at + DECEMBER, ends_at=session.ends_at + DECEMBER)
    change_session(session, moved, actor=None, now=NOW)
    [body] = deliver()
    assert body.startswith(OFF)


def test_whoever_was_not_written_to_yet_hears_nothing_of_what_became_a_group(invited: Invitation) -> None:
    edit_session(invited.session, SeriesEdit(Scope.THIS, {"kind": "group"}), actor=None, now=NOW)
    assert (deliver(), states()) == ([], [("invitation", MessageState.DROPPED)])


def test_back_and_forth_is_told_each_time(invited: Invitation) -> None:
    deliver()
    session = invited.session
    told = []
    for turn, day in enumerate(("20", "19", "20"), start=1):
        edit = SeriesEdit(Scope.THIS, {"starts_at_local": f"2026-11-{day}T18:00"})
        edit_session(session, edit, actor=None, now=NOW + turn * timedelta(seconds=1))
        session.refresh_from_db()
        told += deliver(NOW + turn * timedelta(seconds=1))
    assert [body.split(" to which you were invited is now on ")[1][:10] for body in told] == [
        "Fri 20 Nov",
        "Thu 19 Nov",
        "Fri 20 Nov",
    ]


def test_another_place_is_told_and_how_to_join_from_afar(cast: Cast, invited: Invitation) -> None:
    deliver()
    other = Room.objects.create(site=cast.site, name="Room 9", seats=20)
    told = []
    changes: list[dict[str, Any]] = [{"room": other}, {"mode": "telehealth", "room": None}, {"title": "Another"}]
    for turn, to in enumerate(changes):
        edit_session(invited.session, SeriesEdit(Scope.THIS, to), actor=None, now=NOW + turn * HOUR)
        invited.session.refresh_from_db()
        told += [body.split("\n\n")[:2] for body in deliver(NOW + turn * HOUR)]
    elsewhere = "The appointment on Thu 19 Nov, 6:00 pm to which you were invited has another place."
    assert told == [
        [elsewhere, "214 Maple Street, Room 9"],
        [elsewhere, "It is by video now. The link to join appears where you answered."],
    ]


def test_whoever_did_not_know_yet_hears_nothing(invited: Invitation) -> None:
    cancel(invited.booking, actor=None, now=NOW)
    assert (deliver(), states()) == ([], [("invitation", MessageState.DROPPED)])


def test_the_link_of_an_invitation_lies_in_no_table(invited: Invitation) -> None:
    """The patient sees what was sent to their family, and could answer in its place."""
    waiting = Message.objects.get().body
    [body] = deliver()
    sent = Message.objects.get(state=MessageState.SENT).body
    assert waiting == sent == body.replace(invited.token, "…") != body


def test_without_consent_nobody_hears_that_it_is_off(invited: Invitation) -> None:
    deliver()
    revoke_consent(FamilyConsent.objects.get(), actor=None, now=NOW)
    cancel(invited.booking, actor=None, now=NOW)
    assert deliver() == []


def test_a_new_time_is_told_once_to_whoever_knew_the_old_one(invited: Invitation) -> None:
    deliver()
    answer(invited, coming=True, now=NOW)
    session = invited.session
    moved = fields_of(session, starts_at=session.starts_at + HOUR, ends_at=session.ends_at + HOUR)
    change_session(session, moved, actor=None, now=NOW)
    [body] = deliver()
    assert body.startswith(
        "The appointment on Thu 19 Nov, 6:00 pm to which you were invited is now on Thu 19 Nov, 7:00 pm."
    )
    assert deliver() == []


def test_what_waits_says_the_new_time_by_itself(invited: Invitation) -> None:
    session = invited.session
    moved = fields_of(session, starts_at=session.starts_at + HOUR, ends_at=session.ends_at + HOUR)
    change_session(session, moved, actor=None, now=NOW)
    [body] = deliver()
    assert body.startswith("You are invited to an appointment on Thu 19 Nov, 7:00 pm.")


def test_without_an_address_nothing_is_written(cast: Cast) -> None:
    member = FamilyMember.objects.create(patient=cast.ana, name="Luis", created_at=NOW)
    FamilyConsent.objects.create(
        member=member, starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 1), wording="", given_at=NOW
    )
    session = cast.session("2026-11-19 18:00", kind="family")
    invite(cast.booked(cast.ana, session), member, actor=None, now=NOW)
    assert states() == []


@pytest.mark.parametrize("by", ["discharge", "leave", "move", "apart"])
def test_whatever_ends_the_appointment_is_told_to_its_guests(cast: Cast, invited: Invitation, by: str) -> None:
    deliver()
    answer(invited, coming=True, now=NOW)
    admission, day = invited.booking.admission, date(2026, 11, 19)
    if by == "discharge":
        discharge(admission, discharged_on=date(2026, 11, 18), actor=None, now=NOW)
    elif by == "leave":
        add_leave(admission, starts_on=day, ends_on=day, reason="travel", actor=None, now=NOW)
    elif by == "move":
        move(invited.booking, cast.session("2026-11-21 10:00", kind="family"), actor=None, now=NOW)
    else:
        other = cast.patient()
        sides: dict[Thing, int] = {("session", invited.session_id): other.pk}
        keep_apart(cast.ana, other, reason=ApartReason.COURT, sides=sides, actor=None, now=NOW)
    invited.refresh_from_db()
    assert (invited.state, Session.objects.get(pk=invited.session_id).guests_expected) == ("withdrawn", 0)
    [body] = deliver()
    assert body.startswith(OFF)
