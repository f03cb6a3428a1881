"""Django's registration of the module."""

from django.apps import AppConfig


class CtiConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.channels.cti"
    label = "cti"
