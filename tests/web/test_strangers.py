"""Nobody sees what is none of theirs: every page, asked by somebody without an account and by strangers.

The table is compared with the URLs: a new page without an entry fails.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse

from attendance.domain.reports import ReportAsked
from attendance.models import AttendanceRecord, BoardFilter, Flag, PlanSuggestion, TreatmentWeek
from attendance.services.report_runs import request_run
from attendance.services.roster import RosterRow, save_rows
from attendance.services.weeks import recount_patient
from notifications.services.feeds import create_feed
from people.domain.plan_templates import USUAL_STEPS
from people.models import SiteClosure, TrailEntry, User
from people.services.family import MemberFields, add_member
from people.services.plan_templates import make_template
from scheduling.models import Booking, Invitation, KeepApart
from scheduling.services.counselor_times import AvailabilityFields, add_availability, add_time_off
from scheduling.services.track_preview import TrackWish
from scheduling.services.tracks import join_track
from tests.cast import ADMITTED, NOW, Cast, at
from tests.scheduling.services.series_builders import series_of
from tests.scheduling.services.test_tracks import FIRST, evening
from web.urls import urlpatterns

pytestmark = pytest.mark.django_db

WITHOUT_ACCOUNT = {"styleguide", "invitation", "offer"}
"""Not behind a sign-in: not there at all outside debug mode, or opened by a link that nobody can guess."""


@dataclass(frozen=True)
class Answers:
    """What a page answers to a GET and a POST of each who has no business there; 405: it takes none.

    Stranger coordinates another site, Ben is another patient of the same one, Nobody has an account and no role.
    """

    stranger: tuple[int, int]
    ben: tuple[int, int]
    nobody: tuple[int, int]


NOTHING = Answers(stranger=(404, 404), ben=(404, 404), nobody=(404, 404))
READ_ONLY = Answers(stranger=(404, 405), ben=(404, 405), nobody=(404, 405))
ACTION = Answers(stranger=(405, 404), ben=(405, 404), nobody=(405, 404))
TEMPLATES = Answers(stranger=(404, 404), ben=(403, 403), nobody=(404, 404))  # Ben sees his own program
STAFF = Answers(stranger=(200, 405), ben=(403, 403), nobody=(403, 403))
AT_HIS_SITE = Answers(stranger=(404, 404), ben=(403, 403), nobody=(404, 404))

TABLE: dict[str, Answers] = {
    "home": Answers(stranger=(302, 405), ben=(302, 405), nobody=(200, 405)),
    # Each patient's own: another one's shows nothing of Ana.
    "week": Answers(stranger=(404, 405), ben=(200, 405), nobody=(404, 405)),
    "week-repair": ACTION,
    "week-repair-undo": ACTION,
    "book": Answers(stranger=(404, 404), ben=(200, 404), nobody=(404, 404)),
    "work-hours": Answers(stranger=(404, 404), ben=(200, 302), nobody=(404, 404)),
    "work-day": Answers(stranger=(404, 404), ben=(405, 400), nobody=(404, 404)),
    "work-day-clear": Answers(stranger=(404, 404), ben=(405, 302), nobody=(404, 404)),
    "calendar": Answers(stranger=(404, 404), ben=(200, 400), nobody=(404, 404)),
    "family": Answers(stranger=(404, 404), ben=(200, 400), nobody=(404, 404)),
    "preferences": Answers(stranger=(200, 400), ben=(200, 400), nobody=(404, 404)),
    "letter": Answers(stranger=(404, 405), ben=(200, 405), nobody=(404, 405)),
    "check-in": Answers(stranger=(404, 404), ben=(200, 409), nobody=(404, 404)),
    "more": Answers(stranger=(404, 404), ben=(200, 200), nobody=(404, 404)),
    # One of Ana's.
    "appointment": READ_ONLY,
    "cancel-appointment": NOTHING,
    "move-appointment": NOTHING,
    "move-appointment-back": ACTION,
    "book-again": ACTION,
    "accept-offer": ACTION,
    "decline-offer": ACTION,
    "calendar-change": Answers(stranger=(404, 404), ben=(405, 404), nobody=(404, 404)),
    "calendar-revoke": Answers(stranger=(404, 404), ben=(405, 404), nobody=(404, 404)),
    "calendar-rotate": Answers(stranger=(404, 404), ben=(405, 404), nobody=(404, 404)),
    "family-consent": ACTION,
    "family-invite": ACTION,
    "family-remove": ACTION,
    "family-revoke": ACTION,
    "family-withdraw": ACTION,
    # The staff's: a stranger's own site, without anybody of this one.
    "today": Answers(stranger=(302, 405), ben=(403, 403), nobody=(403, 403)),
    "calls": STAFF,
    "calls-note": ACTION,
    "compliance": STAFF,
    "heat": STAFF,
    "trends": STAFF,
    "board-filter-keep": Answers(stranger=(405, 302), ben=(403, 403), nobody=(403, 403)),
    "board-filter-drop": Answers(stranger=(405, 404), ben=(403, 403), nobody=(403, 403)),
    "repairs": Answers(stranger=(200, 404), ben=(403, 403), nobody=(403, 403)),
    "programs": Answers(stranger=(200, 405), ben=(403, 403), nobody=(403, 403)),
    "program": Answers(stranger=(404, 404), ben=(403, 403), nobody=(404, 404)),
    "program-credentials": Answers(stranger=(405, 404), ben=(405, 403), nobody=(405, 404)),
    "program-make-ups": Answers(stranger=(405, 404), ben=(405, 403), nobody=(405, 404)),
    "program-policy-withdraw": Answers(stranger=(405, 404), ben=(405, 403), nobody=(405, 404)),
    "program-requirement-new": Answers(stranger=(404, 404), ben=(403, 403), nobody=(404, 404)),
    "program-requirement": Answers(stranger=(404, 404), ben=(403, 403), nobody=(404, 404)),
    "patient-requirements": READ_ONLY,
    "patient-requirement-new": NOTHING,
    "patient-requirement": NOTHING,
    "treatment-week": READ_ONLY,
    "treatment-week-close": ACTION,
    "treatment-week-revise": ACTION,
    "flags": STAFF,
    "flag-acknowledge": ACTION,
    "flag-assign": ACTION,
    "flag-note": ACTION,
    "flag-resolve": ACTION,
    "schedule": STAFF,
    "schedule-session-new": Answers(stranger=(200, 200), ben=(403, 403), nobody=(403, 403)),
    "schedule-series-new": Answers(stranger=(200, 200), ben=(403, 403), nobody=(403, 403)),
    "schedule-session": Answers(stranger=(404, 404), ben=(403, 403), nobody=(404, 404)),  # as for the roster
    "schedule-series": NOTHING,
    "schedule-history": STAFF,
    "session-history": Answers(stranger=(404, 405), ben=(403, 405), nobody=(404, 405)),  # as for the roster
    "series-history": READ_ONLY,
    "site-history": Answers(stranger=(404, 405), ben=(403, 405), nobody=(404, 405)),
    "counselor-history": Answers(stranger=(404, 405), ben=(403, 405), nobody=(404, 405)),
    "patient-history": READ_ONLY,
    "reports": STAFF,
    "report": STAFF,
    "report-file": Answers(stranger=(405, 200), ben=(403, 403), nobody=(403, 403)),
    "report-packet": STAFF,
    "report-run": READ_ONLY,
    "report-run-cancel": ACTION,
    "report-run-file": READ_ONLY,
    "sign-in-sheet": Answers(stranger=(404, 405), ben=(403, 405), nobody=(404, 405)),
    "sign-in-slips": Answers(stranger=(404, 405), ben=(403, 405), nobody=(404, 405)),
    "closure": Answers(stranger=(404, 404), ben=(403, 403), nobody=(404, 404)),
    "closure-new": Answers(stranger=(404, 404), ben=(403, 403), nobody=(404, 404)),
    "site": Answers(stranger=(404, 404), ben=(403, 403), nobody=(404, 404)),  # Ben sees where he goes
    "counselors": STAFF,
    # Ben sees the counselors of his site by name, where they lead his sessions: their pages are none of his.
    "counselor": Answers(stranger=(404, 405), ben=(403, 405), nobody=(404, 405)),
    "counselor-away": AT_HIS_SITE,
    "counselor-hours": Answers(stranger=(405, 404), ben=(405, 403), nobody=(405, 404)),
    "counselor-hours-change": Answers(stranger=(405, 404), ben=(405, 403), nobody=(405, 404)),
    "counselor-off-remove": Answers(stranger=(405, 404), ben=(405, 403), nobody=(405, 404)),
    "counselor-profile": AT_HIS_SITE,
    "counselor-slots": AT_HIS_SITE,
    "session-cover": AT_HIS_SITE,
    "outbox": Answers(stranger=(404, 405), ben=(403, 403), nobody=(403, 403)),
    "patient": READ_ONLY,
    "patient-ledger": READ_ONLY,
    "patient-letter": READ_ONLY,
    "patient-sessions": READ_ONLY,
    "patient-tracks": READ_ONLY,
    "patient-join": ACTION,
    "patient-leave-series": NOTHING,
    "patient-plan": NOTHING,
    "plan-suggestions": STAFF,
    "suggestion-accept": ACTION,
    "suggestion-dismiss": ACTION,
    "plan-templates": TEMPLATES,
    "plan-template-new": TEMPLATES,
    "plan-template": TEMPLATES,
    "plan-template-remove": Answers(stranger=(405, 404), ben=(405, 403), nobody=(405, 404)),
    "patient-discharge": NOTHING,
    "patient-leave": NOTHING,
    "tracks": STAFF,
    "apart": NOTHING,
    "apart-end": ACTION,
    "patient-apart": NOTHING,
    "patient-book": ACTION,
    "patient-family": NOTHING,
    "patient-cancel": ACTION,
    "patient-accept": ACTION,
    "patient-excuse": ACTION,
    "patient-excuse-back": ACTION,
    "patient-move": NOTHING,
    "patient-move-back": ACTION,
    "patient-repair": ACTION,
    "patient-contact": ACTION,
    "patient-repair-undo": ACTION,
    "door": Answers(stranger=(404, 405), ben=(403, 405), nobody=(404, 405)),
    "amend": Answers(stranger=(404, 404), ben=(404, 404), nobody=(404, 404)),
    "roster-live": Answers(stranger=(404, 405), ben=(403, 405), nobody=(404, 405)),
    "walk-in": Answers(stranger=(404, 404), ben=(403, 403), nobody=(404, 404)),
    "roster": Answers(stranger=(404, 404), ben=(403, 403), nobody=(404, 404)),  # Ben sees sessions of his program
}


@pytest.fixture(autouse=True)
def _wednesday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def address_of(cast: Cast) -> Callable[[str], str]:
    """The address of a page; those that name something name something of Ana's."""
    session = cast.session("2026-11-20 18:00")
    booking = cast.booked(cast.ana, session)
    feed, _ = create_feed(cast.ana, actor=None, now=NOW)
    flag = Flag.objects.create(
        patient=cast.ana,
        admission=cast.admission_of(cast.ana),
        week=ADMITTED,
        kind="at_risk",
        raised_at=NOW,
        facts={},
    )
    save_rows(session, [RosterRow(booking.pk, "excused")], actor=cast.dana, now=NOW)
    ids = {
        "attendance_id": AttendanceRecord.objects.get().pk,
        "flag_id": flag.pk,
        "site_id": cast.site.pk,
        "filter_id": BoardFilter.objects.create(user=cast.cory, name="Mine").pk,
        "booking_id": booking.pk,
        "pk": feed.pk,
        "patient_id": cast.ana.pk,
        "session_id": session.pk,
        "requirement_id": 1,
    }
    member = add_member(cast.ana, MemberFields("Rosa"), actor=None, now=NOW)
    invitation = Invitation.objects.create(
        booking=booking, session=session, member=member, nonce="n", token_digest="d", invited_at=NOW
    )
    ids |= {"member_id": member.pk, "invitation_id": invitation.pk}
    template = make_template(cast.program, name="Evening", steps=USUAL_STEPS, actor=None, now=NOW)
    suggestion = PlanSuggestion.objects.create(
        admission=cast.admission_of(cast.ana),
        patient=cast.ana,
        kind="review",
        run_starts_on=ADMITTED,
        week=ADMITTED,
        raised_at=NOW,
    )
    ids |= {"program_id": cast.program.pk, "template_id": template.pk, "suggestion_id": suggestion.pk}
    closed = SiteClosure.objects.create(
        site=cast.site, reason="Storm", starts_on=ADMITTED, ends_on=ADMITTED, created_at=NOW
    )
    ids["closure_id"] = closed.pk
    ids["series_id"] = series_of(cast, weeks=1).pk
    (standing,) = join_track(cast.ana, TrackWish((evening(cast, "MO"),), FIRST), actor=None, now=NOW)
    ids["standing_id"] = standing.pk
    hours = AvailabilityFields(cast.site, "2026-11-16T08:00", "2026-11-16T22:00", "FREQ=DAILY")
    counselor = cast.dana_counselor
    off = add_time_off(counselor, starts_at=at("2027-01-04 00:00"), ends_at=at("2027-01-05 00:00"), actor=None, now=NOW)
    ids |= {
        "counselor_id": counselor.pk,
        "hours_id": add_availability(counselor, hours, actor=None, now=NOW).pk,
        "off_id": off.pk,
    }
    pair = KeepApart.objects.create(first=cast.ana, second=cast.patient(), reason="court", made_at=NOW)
    ids["apart_id"] = pair.pk
    recount_patient(cast.ana.pk, now=NOW)
    ids["week_id"] = TreatmentWeek.objects.filter(patient=cast.ana).latest("week").pk
    ids["run_id"] = request_run(
        ReportAsked("hours", ADMITTED, ADMITTED), file_format="csv", actor=cast.cory, now=NOW
    ).pk
    names = {"kind": "hours"}

    def address(name: str) -> str:
        pattern = next(one for one in urlpatterns if isinstance(one, URLPattern) and one.name == name)
        return reverse(name, kwargs={key: {**ids, **names}[key] for key in pattern.pattern.converters})

    return address


def test_every_page_has_an_entry() -> None:
    assert {one.name for one in urlpatterns if isinstance(one, URLPattern)} - WITHOUT_ACCOUNT == set(TABLE)


def test_without_an_account_one_is_asked_to_sign_in(client: Client, address_of: Callable[[str], str]) -> None:
    before = _state()
    for name in sorted(TABLE):
        path = address_of(name)
        for answer in (client.get(path), client.post(path)):
            if answer.status_code != 405:
                assert (name, answer.status_code, answer["Location"]) == (name, 302, f"/accounts/login/?next={path}")
    assert _state() == before


@pytest.mark.parametrize("who", ["stranger", "ben", "nobody"])
def test_a_stranger_finds_nothing_of_hers(
    who: str, cast: Cast, client: Client, address_of: Callable[[str], str]
) -> None:
    """Every page, one after the other; what one of them did is taken back before the next."""
    account: User | None = {"stranger": cast.stranger, "ben": cast.ben.user}.get(who) or cast.user("nobody")
    assert account is not None
    before, answers = _state(), {}
    for name in sorted(TABLE):
        with transaction.atomic():
            client.force_login(account)
            path = address_of(name)
            shown, done = client.get(path), client.post(path)
            answers[name] = (shown.status_code, done.status_code)
            assert (name, b"Ana Reyes" in shown.getvalue() + done.getvalue()) == (name, False)
            assert (name, _state()) == (name, before)
            transaction.set_rollback(True)
    assert answers == {name: getattr(expected, who) for name, expected in TABLE.items()}


def _state() -> tuple[int, list[tuple[int, str]]]:
    """What was recorded of Ana, and how her bookings stand."""
    ana = TrailEntry.objects.filter(patient_id__in=Booking.objects.values("patient_id"))
    return ana.count(), list(Booking.objects.order_by("pk").values_list("pk", "status"))
