"""What people fill in to sign in and to change how they do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest

from rapport.kit import network
from rapport.signin import jobs, known, limits

if TYPE_CHECKING:
    from rapport.accounts.models import User

WRONG = (
    "This username and password do not belong together. Check both, and that Caps Lock is off. "
    f"After {limits.BY_ACCOUNT} wrong tries no password is looked at until fifteen minutes have passed."
)
TOO_MANY = "There were too many wrong codes. Please wait fifteen minutes, then try again."


class SignInForm(forms.Form):
    """A username and its password; ``person`` is who they belong to once the form is valid."""

    username = forms.CharField(max_length=150, error_messages={"required": "Type your username."})
    password = forms.CharField(max_length=500, strip=False, error_messages={"required": "Type your password."})

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST or None)
        self.request = request
        self.person: User | None = None

    def clean(self) -> dict[str, object]:
        """Look the person up; wrong name, wrong password, locked and ended account look and last the same."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        self.person = checked(self.request, cleaned["username"], cleaned["password"])
        if self.person is None:
            raise forms.ValidationError(WRONG)
        return cleaned


def checked(request: HttpRequest, username: str, password: str) -> User | None:
    """Return whom this username and password belong to; every refusal costs the same time.

    A browser of the person's own has tries of its own first, and is a stranger's beyond them.
    """
    account, address = username.strip().lower(), network.counted_address(request)
    mark = known.mark_of(request, username)
    own = f"{account} {mark}" if mark else ""
    is_own = bool(own) and limits.count("account", own) <= limits.BY_ACCOUNT
    if not is_own and not _may_try(account, address, username, password):
        return None
    found = authenticate(request, username=username, password=password)
    if found is None:
        return None
    if own:
        limits.forget("account", own)
    if not is_own:
        limits.forget("account", account)
        limits.take_back("address", address)
    return found


def _may_try(account: str, address: str, username: str, password: str) -> bool:
    """Count a stranger's try; say whether it is looked at."""
    if limits.count("address", address) > limits.BY_ADDRESS:
        return False  # at once, whatever was typed: it says nothing of any account
    tries = limits.count("account", account)
    if tries == limits.BY_ACCOUNT + 1:
        jobs.locked_out.defer(user_id=_id_of(username), kind="account")
    if tries <= limits.BY_ACCOUNT or _is_emergency(username):
        return True
    make_password(password)  # as long as looking at it would take
    return False


def _is_emergency(username: str) -> bool:
    """Say whether it is the break-glass account: nobody guesses its password, so nobody may keep it shut."""
    return get_user_model().objects.filter(username=username, is_emergency=True).exists()


def _id_of(username: str) -> int:
    return get_user_model().objects.filter(username=username).values_list("pk", flat=True).first() or 0


class CodeForm(forms.Form):
    """A code of an app, or a recovery code."""

    code = forms.CharField(max_length=40, error_messages={"required": "Type the code."})


class ReasonForm(forms.Form):
    """Why somebody uses the emergency account."""

    reason = forms.CharField(
        min_length=10,
        max_length=300,
        error_messages={
            "required": "Say why.",
            "min_length": "Say it in a sentence, so that others understand it later.",
        },
    )


class KeyForm(forms.Form):
    """What a key or passkey answered to our challenge, as the browser's script sends it."""

    credential = forms.CharField(max_length=20_000)
    name = forms.CharField(max_length=60, required=False)

    def clean_credential(self) -> dict[str, Any]:
        """Read the answer."""
        try:
            read = json.loads(self.cleaned_data["credential"])
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError("The browser's answer could not be read.") from error
        if not isinstance(read, dict) or not isinstance(read.get("response"), dict):
            raise forms.ValidationError("The browser's answer could not be read.")
        return read


class PasswordForm(forms.Form):
    """A new password, typed twice."""

    new = forms.CharField(max_length=500, strip=False, error_messages={"required": "Type the new password."})
    again = forms.CharField(max_length=500, strip=False, error_messages={"required": "Type it once more."})

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        self.user = user

    def clean_new(self) -> str:
        """Hold the password against the rules."""
        validate_password(self.cleaned_data["new"], self.user)
        return str(self.cleaned_data["new"])

    def clean(self) -> dict[str, Any]:
        """See that both are the same."""
        cleaned = super().clean() or {}
        if not self.errors and cleaned["new"] != cleaned["again"]:
            self.add_error("again", "This is not the same password. Type both again.")
        return cleaned
