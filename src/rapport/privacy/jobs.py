"""Background work of this module."""

from __future__ import annotations

from rapport.accounts.queries import programmes
from rapport.jobs.actions import job, periodic
from rapport.kit.walls import inside


@job("privacy.make_package")
def make_package(programme_id: int, package_id: int) -> None:
    """Make a copy of a customer's data."""
    from rapport.privacy import packages  # which defers this job

    packages.make(package_id)


@periodic("privacy.let_go", "11 2 * * *")
def let_go(timestamp: int) -> None:
    """Every night, in each programme: let go what has been kept long enough, in batches."""
    from rapport.privacy import retention

    for programme in programmes():
        retention.apply(programme)


@periodic("privacy.expire_packages", "*/20 * * * *")
def expire_packages(timestamp: int) -> None:
    """Empty the packages that nobody took in time."""
    from rapport.privacy import packages

    for programme in programmes():
        with inside(programme.pk):
            packages.expire(programme)
