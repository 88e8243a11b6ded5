"""The races: who does what at the same moment, and what must have come of it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from scheduling.models import Booking, Session
from tests.load.change_races import CHANGE_RACES
from tests.load.clients import Call, Reply
from tests.load.place import Place
from tests.load.rounds import Round


def _words(expected: Mapping[str, int]) -> Callable[[Sequence[Reply]], list[str]]:
    def complaints(replies: Sequence[Reply]) -> list[str]:
        found = Counter(reply.word for reply in replies)
        return [] if found == expected else [f"{dict(found)} instead of {dict(expected)}"]

    return complaints


def last_seat(place: Place) -> Round:
    """Fifty patients want the last seat."""
    session = place.session(place.hour(), capacity=3)
    for patient in place.patients(2):
        place.booked(patient, session)
    calls = [Call(place.token(one), "bookings/", {"session": str(session.pk)}) for one in place.patients(50)]
    return Round(calls, _words({"booked": 1, "session_full": 49}))


def first_seats(place: Place) -> Round:
    """Forty patients want the twelve seats of a session that is empty."""
    session = place.session(place.hour(), capacity=12)
    calls = [Call(place.token(one), "bookings/", {"session": str(session.pk)}) for one in place.patients(40)]
    return Round(calls, _words({"booked": 12, "session_full": 28}))


def overlapping_sessions(place: Place) -> Round:
    """One patient books six sessions that overlap."""
    patient, begin = place.patient(), place.hour()
    sessions = [place.session(begin + timedelta(minutes=10 * number)) for number in range(6)]
    calls = [Call(place.token(patient), "bookings/", {"session": str(one.pk)}) for one in sessions]
    return Round(calls, _words({"booked": 1, "overlaps_booking": 5}))


def double_click(place: Place) -> Round:
    """One patient sends the same booking eight times."""
    patient, session = place.patient(), place.session(place.hour())
    calls = [Call(place.token(patient), "bookings/", {"session": str(session.pk)})] * 8
    return Round(calls, _words({"booked": 1, "already_booked": 7}))


def counselor_overlap(place: Place) -> Round:
    """Six sessions of one counselor are made at overlapping times."""
    return _made_sessions(place, "counselor_busy", counselors=[str(place.counselor.pk)])


def room_overlap(place: Place) -> Round:
    """Six sessions in one room are made at overlapping times."""
    return _made_sessions(place, "room_busy", room=str(place.room.pk))


def _made_sessions(place: Place, refused: str, **fields: object) -> Round:
    begin, calls = place.hour(), []
    for number in range(6):
        starts_at = begin + timedelta(minutes=10 * number)
        said = {
            "program": str(place.clinic.program.pk),
            "site": str(place.clinic.site.pk),
            "kind": "group",
            "title": "Group",
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
            "capacity": 12,
            **fields,
        }
        calls.append(Call(place.coordinator, "sessions/", said))

    def complaints(replies: Sequence[Reply]) -> list[str]:
        found = Counter(reply.word if reply.status == 409 else str(reply.status) for reply in replies)
        expected = {"201": 1, refused: 5}
        return [] if found == expected else [f"{dict(found)} instead of {expected}"]

    return Round(calls, complaints)


def weekly_maximum(place: Place) -> Round:
    """Eight sessions of three hours in one week, of which six make 18 of the 19 hours."""
    patient = place.patient()
    monday = place.now + timedelta(days=21 - place.now.weekday())
    begin = monday.replace(hour=12, minute=0, second=0, microsecond=0)
    sessions = [place.session(begin + timedelta(hours=12 * number), minutes=180) for number in range(8)]
    calls = [Call(place.token(patient), "bookings/", {"session": str(one.pk)}) for one in sessions]
    return Round(calls, _words({"booked": 6, "over_weekly_maximum": 2}))


def move_five_ways(place: Place) -> Round:
    """One booking is moved to five other sessions at once."""
    patient = place.patient()
    booking = place.booked(patient, place.session(place.hour()))
    targets = [place.session(place.hour()) for _ in range(5)]
    calls = [Call(place.token(patient), f"bookings/{booking.pk}/move/", {"session": str(one.pk)}) for one in targets]

    def complaints(replies: Sequence[Reply]) -> list[str]:
        live = Booking.objects.filter(patient=patient, live=True).count()
        moved = _words({"booked": 1, "booking_cancelled": 4})(replies)
        return moved if live == 1 else [*moved, f"{live} live bookings after one was moved"]

    return Round(calls, complaints)


def cancel_against_move(place: Place) -> Round:
    """One booking is cancelled and moved by three requests each: it ends moved once, or cancelled."""
    patient = place.patient()
    booking = place.booked(patient, place.session(place.hour()))
    targets = [place.session(place.hour()) for _ in range(3)]
    token = place.token(patient)
    moves = [Call(token, f"bookings/{booking.pk}/move/", {"session": str(one.pk)}) for one in targets]
    cancels = [Call(token, f"bookings/{booking.pk}/cancel/") for _ in range(3)]
    calls = [call for pair in zip(moves, cancels, strict=True) for call in pair]

    def complaints(replies: Sequence[Reply]) -> list[str]:
        moved, cancelled = replies[0::2], replies[1::2]
        live = Booking.objects.filter(patient=patient, live=True).count()
        done = sum(reply.word == "booked" for reply in moved)
        right = (
            done == live <= 1
            and {reply.word for reply in moved} <= {"booked", "booking_cancelled"}
            and {reply.word for reply in cancelled} == {"cancelled"}
        )
        return [] if right else [f"{[reply.word for reply in replies]} left {live} live bookings"]

    return Round(calls, complaints)


def offer_against_booking(place: Place) -> Round:
    """An offered seat is accepted and declined by three requests each while twelve others book directly.

    It ends with one in the seat: whoever was offered it, or after a "no" at most one of the others.
    """
    patient, session = place.patient(), place.session(place.hour(), capacity=1)
    offer, token = place.offered(patient, session), place.token(patient)
    answers = [Call(token, f"bookings/{offer.pk}/{word}/") for _ in range(3) for word in ("accept", "decline")]
    others = [Call(place.token(one), "bookings/", {"session": str(session.pk)}) for one in place.patients(12)]

    def complaints(replies: Sequence[Reply]) -> list[str]:
        yes, no = replies[:6:2], replies[1:6:2]
        direct = Counter(reply.word for reply in replies[6:])
        live = Booking.objects.filter(session=session, live=True).count()
        taken = {reply.word for reply in yes} == {"booked"} and {reply.word for reply in no} == {"not_offered"}
        left = {reply.word for reply in yes} == {"booking_cancelled"} and {reply.word for reply in no} == {"cancelled"}
        right = (taken and live == 1 and direct == {"session_full": 12}) or (
            left and live == direct["booked"] <= 1 and direct["booked"] + direct["session_full"] == 12
        )
        return [] if right else [f"{[reply.word for reply in replies]} left {live} in one seat"]

    return Round([*answers, *others], complaints)


def track_against_bookings(place: Place) -> Round:
    """Three patients join a track of three evenings in two weeks while its only seats go one by one."""
    series = place.track(capacity=1)
    sessions = list(Session.objects.filter(series__in=series).order_by("starts_at"))
    starts_on = min(one.starts_at for one in sessions).astimezone(place.clinic.site.zone).date().isoformat()
    said = {"series": [str(one.pk) for one in series], "starts_on": starts_on}
    joins = [Call(place.coordinator, "tracks/", {**said, "patient": str(one.pk)}) for one in place.patients(3)]
    single = [
        Call(place.token(place.patient()), "bookings/", {"session": str(one.pk)}) for one in sessions for _ in range(2)
    ]

    def complaints(replies: Sequence[Reply]) -> list[str]:
        joined = sum(reply.status == 201 for reply in replies[:3])
        direct = Counter(reply.word for reply in replies[3:])
        live = Booking.objects.filter(session__in=sessions, live=True).count()
        refused = {reply.word for reply in replies[:3] if reply.status != 201} <= {"track_refused", "series_full"}
        whole = joined == 1 and direct == {"session_full": 12}
        none = joined == 0 and direct == {"booked": 6, "session_full": 6}
        right = refused and live == len(sessions) and (whole or none)
        return [] if right else [f"{[reply.word for reply in replies]} left {live} in {len(sessions)} seats"]

    return Round([*joins, *single], complaints)


RACES: dict[str, Callable[[Place], Round]] = {
    "the last seat": last_seat,
    "the first seats": first_seats,
    "two overlapping sessions": overlapping_sessions,
    "the same booking twice": double_click,
    "one counselor, two sessions": counselor_overlap,
    "one room, two sessions": room_overlap,
    "the weekly maximum": weekly_maximum,
    "one booking moved five ways": move_five_ways,
    "cancel against move": cancel_against_move,
    "an offer against direct bookings": offer_against_booking,
    "a track against single bookings": track_against_bookings,
    **CHANGE_RACES,
}
PATIENTS_A_ROUND = 60
"""At least as many as any race takes."""
