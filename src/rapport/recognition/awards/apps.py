"""Django's registration of the app."""

from django.apps import AppConfig


class AwardsConfig(AppConfig):
    """See the package's own docstring."""

    name = "rapport.recognition.awards"
    label = "awards"

    def ready(self) -> None:
        """Hear of claims that change."""
        from rapport.recognition.awards import listeners

        listeners.register()
