"""Making the demo clinic: written in one transaction, a site at a time; then weeks and flags are reckoned."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from people.models import Patient, User
from people.services.closures import propose_holidays
from web.demo.accounts import ACCOUNTS, PASSWORD, open_office
from web.demo.everyday import lead_everyday_lives
from web.demo.reckon import reckon
from web.demo.setting import Setting
from web.demo.sheet_set import SheetSet
from web.demo.site import SiteShare, put_down_site

__all__ = ["ACCOUNTS", "PASSWORD", "Size", "seed"]

PEOPLE_A_SITE = 150
TOLD_EVERY = 10
Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How large the demo is to be: people in care, weeks of history; and the seed that it grows from."""

    patients: int
    weeks: int
    seed: int


def seed(size: Size, *, now: datetime, say: Say) -> None:
    """Fill an empty database. The same size, seed and moment give the same clinic."""
    with _collecting_by_hand(), transaction.atomic():
        sheets = SheetSet()
        setting = Setting(
            now=now.replace(second=0, microsecond=0),
            seed=size.seed,
            weeks=size.weeks,
            horizon_weeks=settings.HORIZON_WEEKS,
            accounts=open_office(sheets, now=now),
        )
        for share in shares(size.patients):
            put_down_site(sheets, share, setting)
            sheets.write()
            gc.collect()
            if not share.is_last and (share.number + 1) % TOLD_EVERY == 0:
                say(f"{share.people.stop} of {size.patients} patients ...")
        sheets.finish()
        propose_holidays(now=setting.now)
        lead_everyday_lives(
            Patient.objects.get(user__email=ACCOUNTS[0][0]),
            User.objects.get(pk=setting.accounts.coordinator),
            now=setting.now,
        )
    with _collecting_by_hand():
        reckon(now=now, say=say)


def shares(patients: int) -> Iterator[SiteShare]:
    """Two sites, and one more for each 150 patients; the first has twice as many people as another."""
    sites = 2 + patients // PEOPLE_A_SITE
    first = -(-2 * patients // (sites + 1))
    bounds = [0, *(first + (patients - first) * number // (sites - 1) for number in range(sites))]
    for number in range(sites):
        yield SiteShare(number, range(bounds[number], bounds[number + 1]), is_last=number == sites - 1)


@contextmanager
def _collecting_by_hand() -> Iterator[None]:
    """Python looks for cycles again and again while very many rows are made, and finds few: a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
        gc.collect()
