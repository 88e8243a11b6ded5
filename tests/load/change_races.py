"""Races between what staff change and what is booked, marked or changed by somebody else at the same moment."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from attendance.models import AttendanceRecord
from attendance.services.roster import mark_all_present
from people.domain.time import local_date
from people.models import Admission, Counselor
from scheduling.models import Booking, SessionCounselor
from scheduling.services.booking import cancel
from tests.load.clients import Call, Reply
from tests.load.place import Place
from tests.load.rounds import Round

A_DAY = timedelta(days=1)
LATE = "They came all the same"


def fewer_seats(place: Place) -> Round:
    """A session of six seats, three of them taken, is given three and four seats while ten book."""
    session = place.session(place.hour(), capacity=6)
    for patient in place.patients(3):
        place.booked(patient, session)
    address = f"sessions/{session.pk}/"
    changes = [Call(place.coordinator, address, {"capacity": seats}, "PATCH") for seats in (3, 4, 3, 4)]
    books = [Call(place.token(one), "bookings/", {"session": str(session.pk)}) for one in place.patients(10)]

    def complaints(replies: Sequence[Reply]) -> list[str]:
        session.refresh_from_db()
        booked = Counter(reply.word for reply in replies)["booked"]
        live = Booking.objects.filter(session=session, live=True).count()
        right = live == 3 + booked <= session.capacity and _within(replies, "200", "session_full", "booked")
        return [] if right else [f"{_words(replies)} left {live} in {session.capacity} seats"]

    return Round([*changes, *books], complaints)


def signed_while_they_come(place: Place) -> Round:
    """A roster is signed while four come to it without an appointment, and one who is on it is marked otherwise."""
    session = place.session(place.past_hour(), capacity=8)
    booked = [place.booked(patient, session, override_reason=LATE) for patient in place.patients(2)]
    mark_all_present(session, actor=place.coordinator_account, now=place.now)
    roster = f"sessions/{session.pk}/roster/"
    signs = [Call(place.coordinator, f"{roster}sign/") for _ in range(2)]
    mark = Call(place.coordinator, roster, [{"booking": str(booked[0].pk), "status": "no_show"}], "PUT")
    walks = [
        Call(place.coordinator, f"{roster}walk-ins/", {"patient": str(one.pk), "override_reason": LATE})
        for one in place.patients(4)
    ]

    def complaints(replies: Sequence[Reply]) -> list[str]:
        came = sum(reply.status == 201 for reply in replies)
        live = Booking.objects.filter(session=session, live=True)
        right = (
            {reply.status for reply in replies[:2]} == {200}
            and live.count() == AttendanceRecord.objects.filter(session=session).count() == 2 + came
            and not live.filter(marked_at=None).exists()
            and _within(replies, "200", "201", "roster_signed")
        )
        return [] if right else [f"{_words(replies)} left {live.count()} on the roster"]

    return Round([*signs, mark, *walks], complaints)


def discharged_while_booked(place: Place) -> Round:
    """Somebody is discharged while they book, and join a series, for after that day."""

    def discharge(admission: Admission, on: date) -> Call:
        address = f"patients/{admission.patient_id}/admissions/{admission.pk}/"
        return Call(place.coordinator, address, {"discharged_on": (on - A_DAY).isoformat()}, "PATCH")

    return _expected_no_more(place, discharge)


def leave_while_booked(place: Place) -> Round:
    """The same with a leave of a month."""

    def leave(admission: Admission, on: date) -> Call:
        days = {"starts_on": on.isoformat(), "ends_on": (on + 30 * A_DAY).isoformat()}
        return Call(place.coordinator, f"patients/{admission.patient_id}/leaves/", days)

    return _expected_no_more(place, leave)


def _expected_no_more(place: Place, end: Callable[[Admission, date], Call]) -> Round:
    patient, (series,) = place.patient(), place.track(capacity=5, evenings=1)
    sessions = [place.session(place.hour()) for _ in range(4)]
    ahead = [*sessions, *series.sessions.all()]
    on = min(local_date(one.starts_at, place.clinic.site.zone) for one in ahead)
    join = {"series": [str(series.pk)], "starts_on": on.isoformat(), "patient": str(patient.pk)}
    calls = [
        end(Admission.objects.get(patient=patient), on),
        Call(place.coordinator, "tracks/", join),
        *(Call(place.token(patient), "bookings/", {"session": str(one.pk)}) for one in sessions),
    ]

    def complaints(replies: Sequence[Reply]) -> list[str]:
        live = Booking.objects.filter(patient=patient, live=True).count()
        right = live == 0 and replies[0].status in (200, 201)
        return [] if right else [f"{_words(replies)} left {live} bookings where nothing is expected"]

    return Round(calls, complaints)


def one_place_to_cover(place: Place) -> Round:
    """Four substitutes take one counselor's place at once, who is put on another session at the same time."""
    begin = place.hour()
    session, other = place.session(begin), place.session(begin + timedelta(minutes=30))
    absent, *others = [_counselor(place, f"Counselor {number}") for number in range(5)]
    SessionCounselor.objects.create(session=session, counselor=absent, starts_at=begin, ends_at=session.ends_at)
    covers = [
        Call(place.coordinator, f"sessions/{session.pk}/cover/", {"substitute": str(one.pk), "absent": str(absent.pk)})
        for one in others
    ]
    elsewhere = Call(place.coordinator, f"sessions/{other.pk}/cover/", {"substitute": str(absent.pk)})

    def complaints(replies: Sequence[Reply]) -> list[str]:
        leads = list(SessionCounselor.objects.filter(session=session).values_list("counselor_id", flat=True))
        done = sum(reply.status == 200 for reply in replies[:4])
        right = (
            done == 1 == len(leads)
            and absent.pk not in leads
            and _within(replies[:4], "200", "stale")
            and _within(replies[4:], "200", "counselor_busy")
        )
        return [] if right else [f"{_words(replies)} left {len(leads)} in one place"]

    return Round([*covers, elsewhere], complaints)


def one_absence_made_up(place: Place) -> Round:
    """One evening that was given up late is made up for by four bookings at once."""
    patient, missed = place.patient(), place.session(place.now + timedelta(hours=5))
    absence = cancel(place.booked(patient, missed), actor=None, now=place.now)
    said = {"patient": str(patient.pk), "makes_up_for": str(absence.pk)}
    # Tomorrow, not in an hour of the round's own: after many rounds those lie too long after the absence.
    sessions = [place.session(place.now + timedelta(days=1, hours=number)) for number in range(4)]
    calls = [Call(place.coordinator, "bookings/", {**said, "session": str(one.pk)}) for one in sessions]

    def complaints(replies: Sequence[Reply]) -> list[str]:
        made = Booking.objects.filter(makes_up_for=absence).count()
        right = made == 1 and _words(replies) == {"booked": 1, "nothing_to_make_up": 3}
        return [] if right else [f"{_words(replies)} left {made} that make up for one"]

    return Round(calls, complaints)


def _counselor(place: Place, name: str) -> Counselor:
    row = Counselor.objects.create(name=name)
    row.sites.add(place.clinic.site)
    return row


def _words(replies: Sequence[Reply]) -> dict[str, int]:
    return dict(Counter(reply.word for reply in replies))


def _within(replies: Sequence[Reply], *words: str) -> bool:
    return {reply.word for reply in replies} <= set(words)


CHANGE_RACES: dict[str, Callable[[Place], Round]] = {
    "fewer seats against bookings": fewer_seats,
    "signing against walk-ins": signed_while_they_come,
    "a discharge against bookings": discharged_while_booked,
    "a leave against bookings": leave_while_booked,
    "one place, four substitutes": one_place_to_cover,
    "one absence made up four times": one_absence_made_up,
}
