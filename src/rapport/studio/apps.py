"""Django's registration of the module."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.studio"
    label = "studio"
