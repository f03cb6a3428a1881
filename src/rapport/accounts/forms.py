"""What people fill in to sign in."""

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from rapport.accounts import brake
from rapport.accounts.models import User


class SignInForm(forms.Form):
    """A username and its password; ``person`` is who they belong to once the form is valid."""

    username = forms.CharField(max_length=150, error_messages={"required": "Type your username."})
    password = forms.CharField(max_length=500, strip=False, error_messages={"required": "Type your password."})

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST or None)
        self.request = request
        self.person: User | None = None

    def clean(self) -> dict[str, object]:
        """Look the person up; wrong name, wrong password and blocked account look the same."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        username = cleaned["username"]
        if brake.is_on(username):
            raise forms.ValidationError(
                "There were too many wrong passwords for this username. Please wait ten minutes, then try again."
            )
        found = authenticate(self.request, username=username, password=cleaned["password"])
        if not isinstance(found, User):
            brake.note_failure(username)
            raise forms.ValidationError(
                "This username and password do not belong together. Check both, and that Caps Lock is off."
            )
        brake.release(username)
        self.person = found
        return cleaned
