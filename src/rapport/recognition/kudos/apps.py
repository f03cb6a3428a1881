"""Django's registration of the app."""

from django.apps import AppConfig


class KudosConfig(AppConfig):
    """See the package's own docstring."""

    name = "rapport.recognition.kudos"
    label = "kudos"
