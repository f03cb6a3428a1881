"""Steps between the first proof and being in, beside those of django-allauth."""

from __future__ import annotations

from allauth.account.stages import LoginStage
from django.http import HttpResponseRedirect
from django.urls import reverse

from rapport.signin import emergency


class ReasonStage(LoginStage):
    """Who uses the break-glass account says why first."""

    key = "signin_reason"
    urlname = "sign-in-reason"

    def handle(self) -> tuple[HttpResponseRedirect | None, bool]:
        """Ask for the reason where the account is an emergency one."""
        if self.login.user is None or not emergency.is_sealed(self.login.user):
            return None, True
        return HttpResponseRedirect(reverse("sign-in-reason")), True
