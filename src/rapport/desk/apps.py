"""Django's registration of the module."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.desk"
    label = "desk"
