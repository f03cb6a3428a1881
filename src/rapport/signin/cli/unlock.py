"""`rapport unlock`: let a person in again who has guessed too often, or has lost their second factor."""

import argparse

from django.contrib.auth import get_user_model

from rapport.kit.errors import NotFound
from rapport.signin import factors, limits


def run(arguments: list[str]) -> int:
    """Forget the person's wrong tries and, where asked, take their second factors away."""
    parser = argparse.ArgumentParser(
        prog="rapport unlock",
        description="Let a person in again who has tried wrong passwords or codes too often. Be sure it is them.",
    )
    parser.add_argument("username")
    parser.add_argument(
        "--second-factor",
        action="store_true",
        help="take their second factors away too: they have lost phone, key and recovery codes",
    )
    asked = parser.parse_args(arguments)
    user = get_user_model().objects.filter(username=asked.username).first()
    if user is None:
        raise NotFound(f"Nobody signs in as {asked.username!r}.")
    limits.forget("account", user.username.lower())
    limits.forget("factor", str(user.pk))
    limits.forget("again", str(user.pk))
    if asked.second_factor:
        factors.reset(user=user)
    print(f"{user.username} may try again{', by password alone' if asked.second_factor else ''}.")
    return 0
