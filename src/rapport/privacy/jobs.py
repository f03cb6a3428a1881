"""Background work of this module."""

from __future__ import annotations

from rapport.accounts.doors import in_each_programme, in_turn
from rapport.jobs.actions import job, periodic


@job("privacy.make_package")
def make_package(programme_id: int, package_id: int) -> None:
    """Make a copy of a customer's data."""
    from rapport.privacy import packages  # which defers this job

    packages.make(package_id)


@periodic("privacy.let_go", "11 2 * * *")
def let_go(timestamp: int) -> None:
    """Every night, in each programme: let go what has been kept long enough, in batches."""
    from rapport.privacy import retention

    in_turn(retention.apply)


@periodic("privacy.expire_packages", "*/20 * * * *")
def expire_packages(timestamp: int) -> None:
    """Empty the packages that nobody took in time."""
    from rapport.privacy import packages

    in_each_programme(packages.expire)
