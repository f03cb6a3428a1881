"""Django's registration of the module."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.privacy"
    label = "privacy"
