"""Second factors: codes of an app, recovery codes, keys and passkeys; each code opens once."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import qrcode
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from qrcode.image.svg import SvgPathImage

from rapport.accounts.actions import tell_places
from rapport.kit import clock
from rapport.kit.errors import NotFound
from rapport.signin.actions import end_all
from rapport.signin.events import SecondFactorAdded, SecondFactorRemoved
from rapport.signin.models import SignIn

if TYPE_CHECKING:
    from rapport.accounts.models import User

Type = Authenticator.Type
TOLERANCE = 1  # steps of half a minute by which a telephone's clock may be wrong
FRESH_SECONDS = 600  # after showing who they are, a person may change how they show it


@dataclass(frozen=True)
class Factor:
    """A second factor as its owner sees it."""

    id: int
    type: str
    name: str
    added: datetime
    used: datetime | None
    opens_alone: bool  # a passkey: no password needed


def factors_of(user: User) -> list[Factor]:
    """Return a person's second factors, the oldest first."""
    found = Authenticator.objects.filter(user_id=user.pk).select_related("user").order_by("created_at")
    return [_shown(one) for one in found]


def _shown(one: Authenticator) -> Factor:
    is_key = one.type == Type.WEBAUTHN
    names = {Type.TOTP: "Authenticator app", Type.RECOVERY_CODES: "Recovery codes"}
    return Factor(
        id=one.pk,
        type=one.type,
        name=one.wrap().name if is_key else names[one.type],
        added=one.created_at,
        used=one.last_used_at,
        opens_alone=is_key and bool(one.wrap().is_passwordless) and may_come_alone(one.user),
    )


def may_come_alone(user: User) -> bool:
    """Say whether a passkey alone lets the person in: who has no password here comes through their company.

    Else a key would outlive their place there, and the company would not be asked about their groups.
    """
    return user.has_usable_password()


def has_second_factor(user: User) -> bool:
    """Say whether a person proves who they are by more than a password."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=[Type.TOTP, Type.WEBAUTHN]).exists())


def codes_left(user: User) -> int | None:
    """Return how many recovery codes a person has left; None for who has no codes."""
    kept = Authenticator.objects.filter(user_id=user.pk, type=Type.RECOVERY_CODES).first()
    return len(kept.wrap().get_unused_codes()) if kept else None


@transaction.atomic
def check_code(user: User, code: str) -> Authenticator | None:
    """Return the factor that this code belongs to, and use the code up; None for a wrong or used one."""
    typed = code.replace(" ", "").replace("-", "")
    kept = Authenticator.objects.select_for_update().filter(user_id=user.pk)
    app = kept.filter(type=Type.TOTP).first()
    if app is not None:
        step = _step_of(decrypt(app.data["secret"]), typed)
        if step is not None and step > app.data.get("last_step", -1):
            app.data["last_step"] = step
            app.save(update_fields=["data"])
            return app
    codes = kept.filter(type=Type.RECOVERY_CODES).first()
    return codes if codes is not None and codes.wrap().validate_code(typed) else None


def _step_of(secret: str, code: str) -> int | None:
    """Return the half minute whose code this is, within the tolerance."""
    now = int(clock.now().timestamp()) // app_settings.TOTP_PERIOD
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


def used(request: HttpRequest, factor: Authenticator, *, alone: bool = False, again: bool = False) -> None:
    """Record in the session that the person proved who they are by this factor."""
    factor.record_usage()
    record_authentication(
        request,
        factor.user,
        "mfa",
        id=factor.pk,
        type=factor.type,
        passwordless=alone or None,
        reauthenticated=again or None,
    )


def is_fresh(request: HttpRequest, user: User) -> bool:
    """Say whether the person showed who they are a short while ago, by a second factor where they have one."""
    needs_factor = has_second_factor(user)
    now = clock.now().timestamp()
    return any(
        now - record["at"] < FRESH_SECONDS and (record["method"] == "mfa" or not needs_factor)
        for record in get_authentication_records(request, user)
    )


@transaction.atomic
def add_app(*, user: User, secret: str, code: str, keep: SignIn | None) -> bool:
    """Keep the secret of an authenticator app if ``code`` shows that the app has it."""
    step = _step_of(secret, code.replace(" ", ""))
    if step is None:
        return False
    Authenticator.objects.filter(user_id=user.pk, type=Type.TOTP).delete()
    made = TOTP.activate(user, secret).instance
    made.data["last_step"] = step
    made.save(update_fields=["data"])
    _added(user, Type.TOTP, keep)
    return True


def picture_of(user: User, secret: str) -> str:
    """Return the picture an authenticator app reads the secret from, as an address of a page's image."""
    buffer = io.BytesIO()
    qrcode.make(get_adapter().build_totp_url(user, secret), image_factory=SvgPathImage).save(buffer)
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


@transaction.atomic
def add_key(*, user: User, name: str, credential: dict[str, Any], keep: SignIn | None) -> None:
    """Keep a key or passkey that the browser has just made for our challenge."""
    webauthn.parse_registration_response(credential)
    webauthn.complete_registration(credential)
    _shown(webauthn.WebAuthn.add(user, name[:60] or "Passkey", credential).instance)  # what cannot be is not kept
    _added(user, Type.WEBAUTHN, keep)


def _added(user: User, kind: Authenticator.Type, keep: SignIn | None) -> None:
    """Tell of a new factor. The first ends all sign-ins but ``keep``: a password alone had opened them."""
    tell_places(user, SecondFactorAdded(factor=kind.value))
    if codes_left(user) is None:
        end_all(user=user, why=SignIn.Why.SHUT_OUT, by=user, but=keep)


def check_key(user: User | None, credential: dict[str, Any]) -> Authenticator | None:
    """Return the key that answered our challenge; ``user`` None lets the key name its person (a passkey).

    A passkey alone must have seen its person, whatever the challenge asked for: one that was made for a second
    step asks for less.
    """
    try:
        told = webauthn.parse_authentication_response(credential)
        owner = user or webauthn.extract_user_from_response(credential)
        found = webauthn.complete_authentication(owner, credential)
        is_enough = told.response.authenticator_data.is_user_verified() and may_come_alone(owner)
        return found if user or is_enough else None
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return None


@transaction.atomic
def make_codes(*, user: User) -> list[str]:
    """Make new recovery codes, which replace the old ones; they are shown now and never again."""
    get_user_model().objects.select_for_update().get(pk=user.pk)
    Authenticator.objects.filter(user_id=user.pk, type=Type.RECOVERY_CODES).delete()
    made = RecoveryCodes.activate(user)
    made.mark_as_viewed()
    tell_places(user, SecondFactorAdded(factor=Type.RECOVERY_CODES.value))
    return [str(code) for code in made.get_unused_codes()]


@transaction.atomic
def reset(*, user: User) -> None:
    """Take all second factors of a person away: they have lost them. Their sign-ins end."""
    clear(user)
    end_all(user=user, why=SignIn.Why.SHUT_OUT)


def clear(user: User) -> None:
    """Take all second factors of a person away, by command."""
    for factor in list(Authenticator.objects.filter(user_id=user.pk)):
        factor.delete()
        tell_places(user, SecondFactorRemoved(factor=factor.type), actor="command")


@transaction.atomic
def remove(*, user: User, factor_id: int) -> None:
    """Take a second factor away; recovery codes go with the last one they stood in for."""
    found = Authenticator.objects.filter(user_id=user.pk, pk=factor_id).first()
    if found is None:
        raise NotFound
    found.delete()
    tell_places(user, SecondFactorRemoved(factor=found.type))
    if not has_second_factor(user):
        Authenticator.objects.filter(user_id=user.pk).delete()
