"""A consent that is taken back while its invitation is answered: whoever comes first, nobody is asked any more."""

import time
from typing import Any

import pytest

from people.errors import Refusal
from people.models import FamilyConsent
from people.services.family import revoke_consent
from scheduling.models import Invitation, Session
from scheduling.services import invitations
from tests.cast import NOW, Cast
from tests.notifications.test_receivers import at_once
from tests.scheduling.services.test_invitations import asked

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.slow]

A_BREATH = 0.2


@pytest.mark.parametrize("withdrawn_after", [A_BREATH / 2, 0])
def test_an_answer_does_not_bring_back_what_a_consent_no_longer_lets(
    withdrawn_after: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = asked(Cast())
    take_chair = invitations._take_chair

    def slowly(session: Session) -> bool:
        time.sleep(A_BREATH)
        return bool(take_chair(session))

    def answer() -> Any:
        try:
            return invitations.answer(invitation, coming=True, now=NOW)
        except Refusal:
            return None

    def revoke() -> None:
        time.sleep(withdrawn_after)
        revoke_consent(FamilyConsent.objects.get(), actor=None, now=NOW)

    monkeypatch.setattr(invitations, "_take_chair", slowly)
    at_once(answer, revoke)
    assert Invitation.objects.get().state == "withdrawn"
    assert Session.objects.get().guests_expected == 0
