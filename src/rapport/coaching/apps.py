"""Django's registration of the module."""

from django.apps import AppConfig


class CoachingConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.coaching"
    label = "coaching"
