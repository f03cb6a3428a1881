"""Django's registration of the module."""

from django.apps import AppConfig


class RiskConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.risk"
    label = "risk"
