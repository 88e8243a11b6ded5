"""Nobody sees what is none of theirs: every address, asked by somebody without an account and by a stranger.

The table is compared with the URLs: a new route without an entry fails.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from api.urls import urlpatterns
from people.domain.plan_templates import USUAL_STEPS
from people.models import TrailEntry
from people.services.family import MemberFields, add_member
from people.services.plan_templates import make_template
from people.services.plans import add_leave
from scheduling.models import Booking, KeepApart, Session
from tests.api.conftest import Clients
from tests.cast import ADMITTED, NOW, WEEK, Cast, at

PUBLIC = {"schema", "docs", "nothing"}
"""What anybody may read: the description of the API, and that there is nothing elsewhere."""


@dataclass
class Clinic:
    """One of everything at Maple Street, for its addresses."""

    cast: Cast
    ids: dict[str, str] = field(default_factory=dict)
    session: Session = field(init=False)
    booking: Booking = field(init=False)

    def __post_init__(self) -> None:
        from attendance.domain.reports import ReportAsked
        from attendance.models import Flag, PlanSuggestion, TreatmentWeek
        from attendance.services.report_runs import request_run
        from attendance.services.requirements import RequirementFields, add_requirement
        from attendance.services.roster import RosterRow, save_rows
        from attendance.services.weeks import recount_patient
        from notifications.services.feeds import create_feed
        from scheduling.services.counselor_times import AvailabilityFields, add_availability, add_time_off
        from scheduling.services.series import SeriesFields, create_series
        from scheduling.services.track_preview import TrackWish
        from scheduling.services.tracks import join_track

        cast = self.cast
        self.session = cast.session("2026-11-18 18:00")
        self.booking = cast.booked(cast.ana, self.session)
        admission = cast.admission_of(cast.ana)
        fields = SeriesFields(
            cast.program, cast.site, "group", "Skills", "FREQ=WEEKLY;BYDAY=FR", "2026-11-20T18:00", 180, 12
        )
        leave = add_leave(admission, starts_on=ADMITTED, ends_on=ADMITTED, actor=None, now=NOW)
        flag = Flag.objects.create(
            patient=cast.ana, admission=admission, week=ADMITTED, kind="at_risk", raised_at=NOW, facts={}
        )
        member = add_member(cast.ana, MemberFields("Rosa"), actor=None, now=NOW)
        feed, _ = create_feed(cast.ana, actor=None, now=NOW)
        series = create_series(fields, actor=None, now=NOW, weeks=2)
        wish = TrackWish((series,), date(2026, 11, 20), date(2026, 11, 27))
        (standing,) = join_track(cast.ana, wish, actor=None, now=NOW)
        pause = series.pauses.create(starts_on=ADMITTED, ends_on=ADMITTED, created_at=NOW)
        save_rows(self.session, [RosterRow(self.booking.pk, "excused")], actor=cast.dana, now=NOW)
        counselor = cast.dana_counselor
        hours = AvailabilityFields(cast.site, "2026-11-16T08:00", "2026-11-16T22:00", "FREQ=DAILY")
        availability = add_availability(counselor, hours, actor=None, now=NOW)
        off = add_time_off(
            counselor, starts_at=at("2027-01-04 00:00"), ends_at=at("2027-01-05 00:00"), actor=None, now=NOW
        )
        pair = KeepApart.objects.create(first=cast.ana, second=cast.patient(), reason="court", made_at=NOW)
        rule = RequirementFields("A court", "court", "days", "week", minimum=1)
        asked = add_requirement(admission, rule, actor=None, now=NOW)
        recount_patient(cast.ana.pk, now=NOW)
        week = TreatmentWeek.objects.filter(patient=cast.ana).latest("week")
        template = make_template(cast.program, name="Evening", steps=USUAL_STEPS, actor=None, now=NOW)
        suggestion = PlanSuggestion.objects.create(
            admission=admission, patient=cast.ana, kind="review", run_starts_on=WEEK, week=WEEK, raised_at=NOW
        )
        closed = cast.site.closures.create(reason="Storm", starts_on=ADMITTED, ends_on=ADMITTED, created_at=NOW)
        self.ids = {
            "site_id": str(cast.site.pk),
            "closure_id": str(closed.pk),
            "phase_id": str(cast.phase_of(cast.ana).pk),
            "suggestion_id": str(suggestion.pk),
            "program_id": str(cast.program.pk),
            "template_id": str(template.pk),
            "attendance_id": str(self.booking.attendance.pk),
            "patient_id": str(cast.ana.pk),
            "admission_id": str(admission.pk),
            "session_id": str(self.session.pk),
            "booking_id": str(self.booking.pk),
            "series_id": str(series.pk),
            "leave_id": str(leave.pk),
            "standing_id": str(standing.pk),
            "pause_id": str(pause.pk),
            "work_hours_id": str(cast.work_of(cast.ana).pk),
            "member_id": str(member.pk),
            "consent_id": "1",
            "apart_id": str(pair.pk),
            "second_id": str(pair.second_id),
            "invitation_id": "1",
            "counselor_id": str(counselor.pk),
            "availability_id": str(availability.pk),
            "time_off_id": str(off.pk),
            "flag_id": str(flag.pk),
            "week_id": str(week.pk),
            "requirement_id": str(asked.pk),
            "in_force_from": "2027-01-01",
            "feed_id": str(feed.pk),
            "report_id": str(
                request_run(ReportAsked("hours", ADMITTED, ADMITTED), file_format="csv", actor=cast.cory, now=NOW).pk
            ),
        }


Body = Callable[[Clinic], Any]


@dataclass(frozen=True)
class Asked:
    """A body, and what a stranger is answered."""

    status: int
    body: Body = lambda clinic: {}


EMPTY = Asked(200)
UNSEEN = Asked(404)


def _booking(clinic: Clinic) -> Any:
    return {"session": str(clinic.session.pk), "patient": str(clinic.cast.ana.pk)}


def _busy(clinic: Clinic) -> Any:
    times = {"starts_at_local": "2026-11-23T14:00", "ends_at_local": "2026-11-23T22:00"}
    return {"patient": str(clinic.cast.ana.pk), **times}


def _session(clinic: Clinic) -> Any:
    return {
        "program": str(clinic.cast.program.pk),
        "site": str(clinic.cast.site.pk),
        "kind": "group",
        "title": "Mine",
        "starts_at": "2026-11-19T18:00:00-07:00",
        "ends_at": "2026-11-19T21:00:00-07:00",
        "capacity": 5,
    }


def _series(clinic: Clinic) -> Any:
    times = {"rrule": "FREQ=WEEKLY", "starts_at_local": "2026-11-19T18:00", "duration_minutes": 180}
    return {**{key: value for key, value in _session(clinic).items() if not key.endswith("_at")}, **times}


def _enrollment(clinic: Clinic) -> Any:
    return {"patient": str(clinic.cast.ana.pk), "starts_on": "2026-11-28"}


def _pair(clinic: Clinic) -> Any:
    return {"first": str(clinic.cast.ana.pk), "second": clinic.ids["second_id"], "reason": "court"}


def _track(clinic: Clinic) -> Any:
    return {**_enrollment(clinic), "series": [clinic.ids["series_id"]]}


def _report(clinic: Clinic) -> Any:
    return {"report": "ledger", "patients": [str(clinic.cast.ana.pk)], "from": "2026-11-16", "to": "2026-11-22"}


def _intake(clinic: Clinic) -> Any:
    admission = {
        "program": str(clinic.cast.program.pk),
        "site": str(clinic.cast.site.pk),
        "admitted_on": "2026-11-18",
    }
    return {"name": "Somebody", "admission": admission}


TABLE: dict[str, dict[str, Asked]] = {
    "me": {"get": Asked(200), "patch": Asked(200)},
    "patients": {"get": EMPTY, "post": Asked(400, _intake)},
    "patient": {"get": UNSEEN, "patch": UNSEEN},
    "admissions": {"get": UNSEEN, "post": UNSEEN},
    "admission": {"patch": UNSEEN},
    "phases": {"get": UNSEEN, "post": UNSEEN},
    "phase": {"patch": UNSEEN, "delete": UNSEEN},
    "follow-template": {"post": UNSEEN},
    "plan-suggestions": {"get": EMPTY},
    "accept-suggestion": {"post": UNSEEN},
    "dismiss-suggestion": {"post": UNSEEN},
    "plan-templates": {"get": UNSEEN, "post": UNSEEN},
    "plan-template": {"get": UNSEEN, "patch": UNSEEN, "delete": UNSEEN},
    "leaves": {"get": UNSEEN, "post": UNSEEN},
    "leave": {"patch": UNSEEN, "delete": UNSEEN},
    "family-members": {"get": UNSEEN, "post": UNSEEN},
    "family-member": {"patch": UNSEEN, "delete": UNSEEN},
    "family-consents": {"get": UNSEEN, "post": UNSEEN},
    "revoke-consent": {"post": UNSEEN},
    "patient-requirements": {"get": UNSEEN, "post": UNSEEN},
    "patient-requirement": {"patch": UNSEEN},
    "programs": {"get": EMPTY},
    "program": {"get": UNSEEN, "patch": UNSEEN},
    "policies": {"get": UNSEEN, "post": UNSEEN},
    "policy": {"delete": UNSEEN},
    "program-requirements": {"get": UNSEEN, "post": UNSEEN},
    "program-requirement": {"patch": UNSEEN},
    "patient-weeks": {"get": UNSEEN},
    "ledger": {"get": UNSEEN},
    "patient-history": {"get": UNSEEN},
    "session-history": {"get": UNSEEN},
    "series-history": {"get": UNSEEN},
    "counselors": {"get": EMPTY},
    "counselor": {"get": UNSEEN, "patch": UNSEEN},
    "all-availability": {"get": UNSEEN, "post": UNSEEN},
    "availability": {"patch": UNSEEN, "delete": UNSEEN},
    "all-time-off": {"get": UNSEEN, "post": UNSEEN},
    "counselor-cover": {"get": UNSEEN, "post": UNSEEN},
    "cover": {"get": UNSEEN, "post": UNSEEN},
    "slots": {"post": UNSEEN},
    "time-off": {"patch": UNSEEN, "delete": UNSEEN},
    "all-work-hours": {"get": EMPTY, "post": Asked(404, _busy)},
    "work-hours": {"get": UNSEEN, "patch": UNSEEN, "delete": UNSEEN},
    "sessions": {"get": EMPTY, "post": Asked(400, _session)},
    "session": {"get": UNSEEN, "patch": UNSEEN},
    "cancel-session": {"post": UNSEEN},
    "open-session": {"post": UNSEEN},
    "roster": {"get": UNSEEN, "put": Asked(404, lambda clinic: [])},
    "sign-roster": {"post": UNSEEN},
    "walk-ins": {"post": UNSEEN},
    "amend": {"post": UNSEEN},
    "sites": {"get": Asked(200)},
    "site": {"get": UNSEEN, "patch": UNSEEN},
    "closures": {"get": UNSEEN, "post": UNSEEN},
    "closure": {"patch": UNSEEN, "delete": UNSEEN},
    "all-series": {"get": EMPTY, "post": Asked(400, _series)},
    "series": {"get": UNSEEN, "patch": UNSEEN},
    "occurrences": {"get": UNSEEN, "post": UNSEEN, "patch": UNSEEN},
    "series-pauses": {"get": UNSEEN, "post": UNSEEN},
    "series-pause": {"delete": UNSEEN},
    "enroll": {"post": UNSEEN},
    "tracks": {"post": Asked(404, _track)},
    "standing-bookings": {"get": EMPTY},
    "standing-booking": {"get": UNSEEN},
    "leave-series": {"post": UNSEEN},
    "bookings": {"get": EMPTY, "post": Asked(404, _booking)},
    "booking": {"get": UNSEEN},
    "cancel-booking": {"post": UNSEEN},
    "move-booking": {"post": UNSEEN},
    "accept-booking": {"post": UNSEEN},
    "decline-booking": {"post": UNSEEN},
    "excuse-booking": {"post": UNSEEN, "delete": UNSEEN},
    "check-in": {"post": UNSEEN},
    "invitations": {"get": UNSEEN, "post": UNSEEN},
    "withdraw-invitation": {"post": UNSEEN},
    "keep-aparts": {"get": EMPTY, "post": Asked(404, _pair)},
    "keep-apart": {"get": UNSEEN, "patch": UNSEEN, "delete": UNSEEN},
    "board": {"get": EMPTY},
    "summary": {"get": EMPTY},
    "one-week": {"get": UNSEEN},
    "close-week": {"post": UNSEEN},
    "revise-week": {"post": UNSEEN},
    "week-revisions": {"get": UNSEEN},
    "flags": {"get": EMPTY},
    "flag": {"get": UNSEEN},
    "acknowledge-flag": {"post": UNSEEN},
    "assign-flag": {"post": UNSEEN},
    "flag-notes": {"get": UNSEEN, "post": UNSEEN},
    "resolve-flag": {"post": UNSEEN},
    "reports": {"get": EMPTY, "post": Asked(404, _report)},
    "report": {"get": UNSEEN},
    "cancel-report": {"post": UNSEEN},
    "report-file": {"get": UNSEEN},
    "calendar-feeds": {"get": EMPTY, "post": Asked(403)},
    "calendar-feed": {"get": UNSEEN, "patch": UNSEEN, "delete": UNSEEN},
    "rotate-feed": {"post": UNSEEN},
    "preferences": {"get": Asked(200), "patch": Asked(200)},
    "messages": {"get": EMPTY},
}

ROWS = [(name, verb) for name, verbs in TABLE.items() for verb in verbs]


def _address(name: str, clinic: Clinic) -> str:
    pattern = next(one for one in urlpatterns if one.name == name)
    wanted = pattern.pattern.converters
    return reverse(f"api:{name}", kwargs={key: clinic.ids[key] for key in wanted})


def test_every_route_has_an_entry() -> None:
    routed = {
        (pattern.name, verb)
        for pattern in urlpatterns
        if pattern.name not in PUBLIC
        for verb in pattern.callback.actions  # type: ignore[attr-defined]
        if verb != "head"
    }
    assert routed == set(ROWS)


def test_without_an_account_one_is_asked_who_one_is(cast: Cast, client_of: Clients) -> None:
    clinic, client = Clinic(cast), client_of(None)
    before = TrailEntry.objects.count()
    for name, verb in ROWS:
        response = getattr(client, verb)(_address(name, clinic), TABLE[name][verb].body(clinic))
        said = (name, verb, response.status_code, response.json()["code"], response["WWW-Authenticate"])
        assert said == (name, verb, 401, "not_authenticated", "Bearer")
    assert TrailEntry.objects.count() == before


@pytest.mark.parametrize("who", ["stranger", "ben"])
def test_a_stranger_finds_nothing(who: str, cast: Cast, client_of: Clients) -> None:
    """Stranger coordinates another site; Ben is another patient of the same one, to whom Ana is unseen too.

    Every route, one after the other; what one of them did is taken back before the next.
    """
    clinic = Clinic(cast)
    client = client_of(cast.stranger if who == "stranger" else cast.ben.user)
    before = TrailEntry.objects.filter(patient_id=cast.ana.pk).count()
    answers, expected = {}, {}
    for name, verb in ROWS:
        asked = TABLE[name][verb]
        expected[name, verb] = asked.status if who == "stranger" else BEN.get((name, verb), asked.status)
        with transaction.atomic():
            response = getattr(client, verb)(_address(name, clinic), asked.body(clinic))
            answers[name, verb] = response.status_code
            looks = TrailEntry.objects.filter(patient_id=cast.ana.pk).count()
            assert (name, verb, looks, "Ana Reyes" in response.content.decode()) == (name, verb, before, False)
            if asked is EMPTY and who == "stranger":
                assert response.json() == {"results": [], "next": None, "previous": None}
            transaction.set_rollback(True)
    assert {key: answer for key, answer in answers.items() if answer != expected[key]} == {}


BEN: dict[tuple[str, str], int] = {
    ("patients", "post"): 403,
    ("program", "get"): 200,  # the program that he is in
    ("program", "patch"): 403,
    ("policies", "get"): 200,
    ("policies", "post"): 403,
    ("policy", "delete"): 403,
    ("program-requirements", "get"): 200,
    ("program-requirements", "post"): 403,
    ("reports", "post"): 403,
    ("counselors", "get"): 403,
    # He knows the counselors of his site by name; nothing of them is his to read or change.
    ("counselor", "get"): 403,
    ("counselor", "patch"): 403,
    ("all-availability", "get"): 403,
    ("all-availability", "post"): 403,
    ("availability", "patch"): 403,
    ("availability", "delete"): 403,
    ("all-time-off", "get"): 403,
    ("counselor-cover", "get"): 403,
    ("counselor-cover", "post"): 403,
    ("session-history", "get"): 403,  # a session of his program
    ("cover", "get"): 403,
    ("cover", "post"): 403,
    ("slots", "post"): 403,
    ("all-time-off", "post"): 403,
    ("time-off", "patch"): 403,
    ("time-off", "delete"): 403,
    ("all-work-hours", "post"): 404,
    ("site", "get"): 200,  # where he goes himself
    ("site", "patch"): 403,
    ("closures", "get"): 403,
    ("closures", "post"): 403,
    ("closure", "patch"): 403,
    ("closure", "delete"): 403,
    ("sessions", "post"): 403,
    ("session", "get"): 200,  # a session of his own program
    ("session", "patch"): 403,
    ("cancel-session", "post"): 403,
    ("open-session", "post"): 403,
    ("roster", "get"): 403,
    ("roster", "put"): 403,
    ("sign-roster", "post"): 403,
    ("walk-ins", "post"): 403,
    ("all-series", "post"): 403,
    ("tracks", "post"): 403,
    ("board", "get"): 403,
    ("summary", "get"): 403,
    ("calendar-feeds", "post"): 201,  # his own
}
"""Where another patient of the same program is answered otherwise than a stranger."""


WRITES = [(name, verb) for name, verb in ROWS if verb != "get" and name not in {"me", "preferences", "reports"}]
OWNERS_ALONE = {"calendar-feed", "cancel-report", "keep-apart", "rotate-feed"}
ELSEWHERE = {"program-requirement"}
"""The rule of the addresses is one person's, not the program's."""


def test_an_auditor_only_reads(cast: Cast, client_of: Clients) -> None:
    clinic, client = Clinic(cast), client_of(cast.ada)
    before = TrailEntry.objects.count()
    answers = {}
    for name, verb in WRITES:
        with transaction.atomic():
            response = getattr(client, verb)(_address(name, clinic), TABLE[name][verb].body(clinic))
            answers[name, verb] = response.status_code
            assert (name, verb, TrailEntry.objects.count()) == (name, verb, before)
            transaction.set_rollback(True)
    assert {(name, verb): got for (name, verb), got in answers.items() if got != _readers_answer(name)} == {}


def _readers_answer(name: str) -> int:
    return 404 if name in OWNERS_ALONE | ELSEWHERE else 403
