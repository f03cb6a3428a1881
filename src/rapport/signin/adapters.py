"""What django-allauth's flows ask us: who may come in, by which steps, and how secrets are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from rapport.accounts import arrivals
from rapport.kit import network, pages
from rapport.signin import actions, emergency, known, middleware, sealed
from rapport.signin.models import SignIn

if TYPE_CHECKING:
    from rapport.accounts.models import User


class Doorkeeper(DefaultAccountAdapter):
    """Lets people in: the one place where a session becomes somebody's."""

    error_messages = {**DefaultAccountAdapter.error_messages, "incorrect_code": "This code is not right."}

    def get_login_stages(self) -> list[str]:
        """Name the steps between the first proof and being in."""
        return ["allauth.mfa.stages.AuthenticateStage", "rapport.signin.stages.ReasonStage"]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Make the session the person's, and record the sign-in; it takes the place of the browser's last one."""
        how = "+".join(ways(request, user)) or "unknown"
        former = middleware.current(request)
        super().login(request, user)
        if former is not None:
            actions.end(sign_in=former, why=SignIn.Why.REPLACED)
        _keep_who_vouched(request, user)
        glass = emergency.until(user)
        middleware.adopt(request, user, how=how, until=glass.until if glass else None)

    def post_login(self, request: HttpRequest, user: User, **told: Any) -> HttpResponse:
        """Send the person where they were going, and let their browser be known as theirs."""
        response: HttpResponse = super().post_login(request, user, **told)
        known.remember(request, response, user.username)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Send who may no longer come in back to the start, without saying why."""
        clear_login(request)
        return pages.redirect(request, reverse("sign-in"))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Name the one page where a person shows anew who they are."""
        return [{"id": "reauthenticate", "description": "", "url": reverse("account_reauthenticate")}]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return where the request came from."""
        return network.client_address(request)


def _keep_who_vouched(request: HttpRequest, user: User) -> None:
    """Keep with the session the partner's identity provider that let the person in, and what it vouched for."""
    vouched = [one for one in get_authentication_records(request, user) if one["method"] == "socialaccount"]
    for key in (arrivals.PARTNER, arrivals.VOUCHED):
        request.session.pop(key, None)
    if vouched:
        request.session[arrivals.PARTNER] = vouched[-1]["partner"]
        if vouched[-1]["second_factor"]:
            request.session[arrivals.VOUCHED] = vouched[-1]["provider"]


def ways(request: HttpRequest, user: User) -> list[str]:
    """Return by what the person has proved who they are in this session, in order, each once."""
    found = []
    for record in get_authentication_records(request, user):
        way = {"mfa": record.get("type"), "socialaccount": record.get("provider")}.get(
            record["method"], record["method"]
        )
        if record.get("passwordless"):
            way = "passkey"
        if way and way not in found:
            found.append(str(way))
    return found


class Factors(DefaultMFAAdapter):
    """Second factors: what they are called, and how their secrets are kept."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name this installation to a browser's keeper of passkeys."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Rapport"}

    def encrypt(self, text: str) -> str:
        """Seal a secret before it reaches the database."""
        return sealed.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret."""
        return sealed.unseal(encrypted_text)
