"""The way in of our own processes: set Django up, then call ``main()`` of the module named on the command line."""

import sys
from importlib import import_module

import django

from rapport.config import logs
from rapport.kit.env import SettingError


def run(module: str) -> None:
    """Run the module's ``main()`` with Django ready."""
    try:
        django.setup()
        logs.guard()
        import_module(module).main()
    except SettingError as error:
        sys.exit(f"rapport: {error}")


if __name__ == "__main__":
    run(sys.argv[1])
