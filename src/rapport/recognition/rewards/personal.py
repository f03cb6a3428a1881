"""Rewards are about who works here, and name no customer."""

from django.db.models import Model

from rapport.kit.personal import Kept

KEPT: tuple[Kept, ...] = ()
STAYS: dict[type[Model], tuple[str, ...]] = {}
