"""Dates that an address carries."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

EARLIEST = date(1900, 1, 1)
LATEST = date(2100, 12, 31)


class AskedDay(forms.DateField):
    """Any day of the week that is asked for, if at all, from 1900 to 2100: beside the calendar's ends no week fits."""

    def __init__(self, **options: Any) -> None:
        limits = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
        super().__init__(**{"required": False, "widget": forms.HiddenInput, "validators": limits, **options})
