"""Django's registration of the app."""

from django.apps import AppConfig


class AwardsConfig(AppConfig):
    """See the package's own docstring."""

    name = "rapport.recognition.awards"
    label = "awards"
