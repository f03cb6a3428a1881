"""Django's registration of the module."""

from django.apps import AppConfig


class GuidesConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.guides"
    label = "guides"
