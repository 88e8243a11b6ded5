"""Family members at family sessions: only under consent, by a link, on chairs beside the patients' seats."""

from datetime import date, timedelta

import pytest

from people.enums import FamilyShare
from people.errors import Refusal
from people.models import FamilyConsent, FamilyMember, Patient, Room
from people.services.family import MemberFields, add_member, give_consent, remove_member, revoke_consent
from scheduling.enums import InvitationState
from scheduling.models import Booking, Invitation, Session
from scheduling.services.booking import cancel
from scheduling.services.invitations import answer, by_link, invite, withdraw
from scheduling.services.series_changes import Scope, SeriesEdit
from scheduling.services.series_edit import edit_series, edit_session
from scheduling.services.series_preview import preview_edit, preview_session_edit
from scheduling.services.sessions import cancel_session, change_session
from tests.cast import NOW, Cast, at
from tests.notifications.builders import fields_of
from tests.scheduling.services.series_builders import change, series_of

TODAY = date(2026, 11, 18)


def sister_of(cast: Cast, patient: Patient, *, days: int = 30, name: str = "Rosa") -> FamilyMember:
    member = add_member(patient, MemberFields(name, email="rosa@example.org"), actor=None, now=NOW)
    if days:
        give_consent(
            member,
            shares=frozenset({FamilyShare.INVITATIONS}),
            starts_on=TODAY,
            ends_on=TODAY + timedelta(days=days),
            actor=None,
            now=NOW,
        )
    return member


def family_evening(cast: Cast, **fields: object) -> Session:
    return cast.session("2026-11-19 18:00", minutes=120, **{"kind": "family", "capacity": 8, **fields})  # type: ignore[arg-type]


def asked(cast: Cast, *, session: Session | None = None, name: str = "Rosa") -> Invitation:
    booking = Booking.objects.filter(patient=cast.ana, live=True).first()
    booking = booking or cast.booked(cast.ana, session or family_evening(cast))
    return invite(booking, sister_of(cast, cast.ana, name=name), actor=None, now=NOW)


def guests(session_id: int) -> int:
    return Session.objects.get(pk=session_id).guests_expected


def refused(code: str, *args: object, **options: object) -> None:
    work, *rest = args
    with pytest.raises(Refusal) as caught:
        work(*rest, **options)  # type: ignore[operator]
    assert caught.value.code == code


def test_an_invitation_is_found_by_its_token_which_stands_in_no_table(cast: Cast) -> None:
    invitation = asked(cast)
    token = invitation.token
    assert len(token) == 32
    assert Invitation.objects.by_token(token).get() == invitation
    assert not Invitation.objects.by_token(token[:-1] + "~").exists()
    assert token not in {str(value) for value in Invitation.objects.values().get().values()}


def test_whoever_is_asked_already_is_not_asked_twice(cast: Cast) -> None:
    invitation = asked(cast)
    again = invite(invitation.booking, invitation.member, actor=None, now=NOW)
    assert (again, Invitation.objects.count()) == (invitation, 1)


def test_yes_takes_a_chair_and_no_gives_it_back_and_seats_stay_as_they_are(cast: Cast) -> None:
    invitation = asked(cast)
    for coming, state, chairs in [
        (True, "coming", 1),
        (True, "coming", 1),
        (False, "declined", 0),
        (True, "coming", 1),
    ]:
        assert answer(invitation, coming=coming, now=NOW).state == state
        assert guests(invitation.session_id) == chairs
    session = Session.objects.get(pk=invitation.session_id)
    assert (session.seats_taken, session.seats_left) == (1, 7)


def test_the_room_has_as_many_chairs_as_its_seats_leave(cast: Cast) -> None:
    room = Room.objects.create(site=cast.site, name="Small room", seats=9)
    session = family_evening(cast)
    Session.objects.filter(pk=session.pk).update(room=room)
    first, second = asked(cast, session=session), asked(cast, name="Luis")
    answer(first, coming=True, now=NOW)
    refused("room_full", answer, second, coming=True, now=NOW)
    second.refresh_from_db()
    assert (guests(session.pk), second.state) == (1, InvitationState.ASKED)
    answer(first, coming=False, now=NOW)
    assert answer(second, coming=True, now=NOW).state == InvitationState.COMING


def test_by_video_there_are_chairs_for_everyone(cast: Cast) -> None:
    session = family_evening(cast, room=None, mode="telehealth")
    for name in ("Rosa", "Luis", "Eva"):
        answer(asked(cast, session=session, name=name), coming=True, now=NOW)
    assert guests(session.pk) == 3


def test_without_a_consent_for_that_day_nobody_is_asked(cast: Cast) -> None:
    booking = cast.booked(cast.ana, family_evening(cast))
    for member in (sister_of(cast, cast.ana, days=0), sister_of(cast, cast.ana)):
        FamilyConsent.objects.filter(member=member).update(ends_on=TODAY)
        refused("consent_missing", invite, booking, member, actor=None, now=NOW)
    assert Invitation.objects.count() == 0


def test_only_to_family_sessions_that_are_booked_and_ahead(cast: Cast) -> None:
    sister = sister_of(cast, cast.ana)
    group = cast.booked(cast.ana, cast.session("2026-11-21 10:00"))
    refused("not_a_family_session", invite, group, sister, actor=None, now=NOW)
    booking = cast.booked(cast.ana, family_evening(cast))
    refused("session_started", invite, booking, sister, actor=None, now=at("2026-11-19 18:00"))
    refused("booking_cancelled", invite, booking, sister_of(cast, cast.patient()), actor=None, now=NOW)
    cancel(booking, actor=None, now=NOW)
    refused("booking_cancelled", invite, booking, sister, actor=None, now=NOW)


def test_a_consent_taken_back_takes_the_invitation_and_the_chair(cast: Cast) -> None:
    invitation = asked(cast)
    answer(invitation, coming=True, now=NOW)
    revoke_consent(FamilyConsent.objects.get(member=invitation.member), actor=None, now=NOW)
    invitation.refresh_from_db()
    assert (invitation.state, guests(invitation.session_id)) == (InvitationState.WITHDRAWN, 0)
    refused("session_cancelled", answer, invitation, coming=True, now=NOW)


def test_who_is_removed_is_asked_no_more(cast: Cast) -> None:
    invitation = asked(cast)
    remove_member(invitation.member, actor=None, now=NOW)
    assert Invitation.objects.get().state == InvitationState.WITHDRAWN


def test_a_new_consent_that_still_covers_the_day_keeps_the_invitation(cast: Cast) -> None:
    invitation = asked(cast)
    give_consent(
        invitation.member,
        shares=frozenset({FamilyShare.INVITATIONS}),
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=2),
        actor=None,
        now=NOW,
    )
    assert Invitation.objects.get().state == InvitationState.ASKED


@pytest.mark.parametrize("by", ["patient", "session"])
def test_what_is_cancelled_is_an_invitation_to_nothing(cast: Cast, by: str) -> None:
    invitation = asked(cast)
    answer(invitation, coming=True, now=NOW)
    if by == "patient":
        cancel(invitation.booking, actor=None, now=NOW)
    else:
        cancel_session(invitation.session, actor=None, now=NOW)
    assert (Invitation.objects.get().state, guests(invitation.session_id)) == (InvitationState.WITHDRAWN, 0)


def test_an_invitation_is_withdrawn_and_may_be_made_again(cast: Cast) -> None:
    invitation = asked(cast)
    withdraw(invitation, actor=cast.cory, now=NOW)
    again = invite(invitation.booking, invitation.member, actor=None, now=NOW)
    assert (again.state, again.token != invitation.token) == (InvitationState.ASKED, True)


def test_an_answer_comes_too_late_once_the_session_begins(cast: Cast) -> None:
    refused("session_started", answer, asked(cast), coming=True, now=at("2026-11-19 18:00"))


def test_a_smaller_room_must_still_hold_the_guests(cast: Cast) -> None:
    invitation = asked(cast)
    answer(invitation, coming=True, now=NOW)
    session = Session.objects.get(pk=invitation.session_id)
    small = Room.objects.create(site=cast.site, name="Small room", seats=8)
    refused("invalid", change_session, session, fields_of(session, room=small), actor=None, now=NOW)
    Room.objects.filter(pk=small.pk).update(seats=9)
    small.refresh_from_db()
    assert change_session(session, fields_of(session, room=small), actor=None, now=NOW).room == small


def of_a_series(cast: Cast) -> Invitation:
    """Rosa comes on Thursday the 26th, an evening of a series."""
    thursdays = "FREQ=WEEKLY;BYDAY=TH"
    series = series_of(cast, kind="family", capacity=8, rrule=thursdays, starts_at_local="2026-11-19T18:00")
    invitation = asked(cast, session=series.sessions.get(occurrence_local="2026-11-26T18:00"))
    return answer(invitation, coming=True, now=NOW)


@pytest.mark.parametrize("by", ["evening", "end", "work"])
def test_what_an_edit_takes_is_an_invitation_to_nothing(cast: Cast, by: str) -> None:
    invitation = of_a_series(cast)
    session = invitation.session
    assert session.series is not None
    if by == "evening":
        off = SeriesEdit(Scope.THIS, {}, "2026-11-26T18:00", cancel=True)
        edit_session(session, off, actor=cast.cory, now=NOW, confirmed_lost=None)
    elif by == "end":
        change(session.series, ends_on=date(2026, 11, 20), confirmed=None)
    else:
        change(session.series, starts_at_local="2026-11-19T10:00", confirmed=None)
    invitation.refresh_from_db()
    assert (invitation.booking.status, invitation.state) == ("cancelled", InvitationState.WITHDRAWN)
    assert guests(session.pk) == 0


@pytest.mark.parametrize("scope", [Scope.THIS, Scope.ALL])
def test_an_edit_leaves_the_guests_their_chairs(cast: Cast, scope: Scope) -> None:
    session = of_a_series(cast).session
    assert session.series is not None
    small = Room.objects.create(site=cast.site, name="Small room", seats=9)
    occurrence = "2026-11-26T18:00" if scope == Scope.THIS else None
    change(session.series, scope, occurrence, room=small)
    refused("invalid", change, session.series, scope, occurrence, capacity=9)
    tiny = Room.objects.create(site=cast.site, name="Tiny room", seats=8)
    refused("invalid", change, session.series, scope, occurrence, room=tiny)
    session.refresh_from_db()
    assert (session.capacity, session.room) == (8, small)


def evening_of(invitation: Invitation, scope: Scope) -> str | None:
    return None if scope == Scope.ALL else invitation.session.occurrence_local


@pytest.mark.parametrize("scope", list(Scope))
def test_a_group_is_nothing_that_family_is_asked_to(cast: Cast, scope: Scope) -> None:
    invitation = of_a_series(cast)
    session = invitation.session
    assert session.series is not None
    edit = SeriesEdit(scope, {"kind": "group"}, evening_of(invitation, scope))
    [shown] = preview_edit(session.series, edit, now=NOW).guests
    assert (shown.invitation, shown.code, guests(session.pk)) == (invitation, "not_a_family_session", 1)
    edit_series(session.series, edit, actor=cast.cory, now=NOW)
    invitation.refresh_from_db()
    assert (invitation.booking.status, invitation.state) == ("booked", InvitationState.WITHDRAWN)
    assert guests(session.pk) == 0


def test_chairs_that_are_given_back_are_there_for_the_edit_that_frees_them(cast: Cast) -> None:
    session = of_a_series(cast).session
    edit = SeriesEdit(Scope.THIS, {"kind": "group", "capacity": cast.room.seats})
    edit_session(session, edit, actor=cast.cory, now=NOW)
    session.refresh_from_db()
    assert (session.capacity, session.guests_expected) == (cast.room.seats, 0)


@pytest.mark.parametrize(("day", "stays"), [("2026-12-18", True), ("2026-12-19", False)])
@pytest.mark.parametrize("by", ["edit", "change"])
def test_past_the_last_day_of_the_consent_nobody_is_asked(cast: Cast, day: str, stays: bool, by: str) -> None:
    invitation = answer(asked(cast), coming=True, now=NOW)
    session = invitation.session
    if by == "edit":
        edit = SeriesEdit(Scope.THIS, {"starts_at_local": f"{day}T18:00"})
        assert [one.code for one in preview_session_edit(session, edit, now=NOW).guests] == (
            [] if stays else ["consent_missing"]
        )
        edit_session(session, edit, actor=cast.cory, now=NOW)
    else:
        moved = fields_of(session, starts_at=at(f"{day} 18:00"), ends_at=at(f"{day} 20:00"))
        change_session(session, moved, actor=cast.cory, now=NOW)
    invitation.refresh_from_db()
    assert (invitation.state, guests(session.pk)) == (("coming", 1) if stays else ("withdrawn", 0))


def test_what_is_moved_back_within_the_consent_is_asked_anew_by_hand(cast: Cast) -> None:
    invitation = answer(asked(cast), coming=True, now=NOW)
    session = invitation.session
    for day in ("2026-12-19", "2026-11-19"):
        edit_session(session, SeriesEdit(Scope.THIS, {"starts_at_local": f"{day}T18:00"}), actor=cast.cory, now=NOW)
        session.refresh_from_db()
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.WITHDRAWN
    again = invite(invitation.booking, invitation.member, actor=cast.cory, now=NOW)
    assert (again.pk != invitation.pk, again.state, guests(session.pk)) == (True, InvitationState.ASKED, 0)


def test_a_change_by_the_programs_interface_ends_what_a_group_has_no_guests_for(cast: Cast) -> None:
    invitation = answer(asked(cast), coming=True, now=NOW)
    change_session(invitation.session, fields_of(invitation.session, kind="group"), actor=cast.cory, now=NOW)
    invitation.refresh_from_db()
    assert (invitation.state, guests(invitation.session_id)) == (InvitationState.WITHDRAWN, 0)


def test_those_whose_patient_loses_the_seat_are_among_the_guests_shown(cast: Cast) -> None:
    invitation = of_a_series(cast)
    assert invitation.session.series is not None
    edit = SeriesEdit(Scope.ALL, {"ends_on": date(2026, 11, 20)})
    assert [(one.invitation, one.code) for one in preview_edit(invitation.session.series, edit, now=NOW).guests] == [
        (invitation, "booking_cancelled")
    ]


@pytest.mark.parametrize("ends", ["taken back", "shorter", "other things", "over"])
def test_the_link_leads_nowhere_once_no_consent_holds(cast: Cast, ends: str) -> None:
    invitation = answer(asked(cast), coming=True, now=NOW)
    consent, now = FamilyConsent.objects.get(), NOW
    assert by_link(invitation.token, now=NOW) == invitation
    if ends == "taken back":
        now = at("2026-11-19 18:30")  # while it is going on
        revoke_consent(consent, actor=None, now=now)
    elif ends == "over":
        now = at("2026-12-19 00:00")
    else:
        shares = FamilyShare.ATTENDANCE if ends == "other things" else FamilyShare.INVITATIONS
        until = TODAY if ends == "shorter" else consent.ends_on
        give_consent(invitation.member, shares=frozenset({shares}), starts_on=TODAY, ends_on=until, actor=None, now=NOW)
        assert (Invitation.objects.get().state, guests(invitation.session_id)) == (InvitationState.WITHDRAWN, 0)
    assert by_link(invitation.token, now=now) is None
