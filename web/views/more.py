"""The patient's other pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from web.navigation import ACCOUNT_PLACES, PATIENT_MORE, items_of
from web.patients.visit import Visit, patient_page


@patient_page
def more(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Links to what is seldom needed."""
    items = items_of((*PATIENT_MORE, *ACCOUNT_PLACES), request.path)
    site = visit.admissions[0].site if visit.admissions else None
    return render(request, "more/page.html", {"items": items, "site": site})
