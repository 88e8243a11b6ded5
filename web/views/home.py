"""`/`: to the page that one's role begins the day with."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from people.enums import Role
from people.models import User


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Patient to the week, counselor to today, those who see a whole site to the board."""
    scope = cast(User, request.user).scope
    if scope.roles & {Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR}:
        return redirect("compliance")
    if Role.COUNSELOR in scope.roles:
        return redirect("today")
    if scope.patient_id is not None:
        return redirect("week")
    return render(request, "week/nothing_yet.html", {"has_record": False})
