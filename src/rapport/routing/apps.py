"""Django's registration of the module."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.routing"
    label = "routing"
