"""Django's registration of the module."""

from django.apps import AppConfig


class PartnerConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.partner"
    label = "partner"
