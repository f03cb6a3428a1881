"""Django's registration of the module."""

from django.apps import AppConfig


class FloorConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.floor"
    label = "floor"
