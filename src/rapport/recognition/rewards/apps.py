"""Django's registration of the app."""

from django.apps import AppConfig


class RewardsConfig(AppConfig):
    """See the package's own docstring."""

    name = "rapport.recognition.rewards"
    label = "rewards"
