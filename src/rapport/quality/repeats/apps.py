"""Django's registration of the module."""

from django.apps import AppConfig


class RepeatsConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.quality.repeats"
    label = "repeats"
