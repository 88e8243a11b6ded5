"""What every part of the demo must know to put down its share."""

from dataclasses import dataclass
from datetime import datetime

from web.demo.accounts import Accounts


@dataclass(frozen=True)
class Setting:
    """What all sites share: when the demo is made, from which seed, and how far back and ahead it reaches."""

    now: datetime
    seed: int
    weeks: int
    horizon_weeks: int
    accounts: Accounts
