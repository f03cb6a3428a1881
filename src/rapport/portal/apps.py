"""Django's registration of the module."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.portal"
    label = "portal"
