"""Django's registration of the module."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.outreach"
    label = "outreach"
