"""Django's registration of the module."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.api"
    label = "api"
