"""`rapport break glass`: seal an account for emergencies."""

import argparse

from rapport.signin import emergency


def run(arguments: list[str]) -> int:
    """Make or reseal the emergency account and print its password, which is not kept."""
    parser = argparse.ArgumentParser(
        prog="rapport break glass",
        description="Seal an account for the day when nobody else gets in: its password is printed once, opens "
        "once, for an hour, and always raises an alarm. Run again to seal it anew.",
    )
    parser.add_argument("username", nargs="?", default="break-glass", help="what the account is called")
    asked = parser.parse_args(arguments)
    print(emergency.seal(username=asked.username))
    return 0
