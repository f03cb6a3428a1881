"""Django's registration of the module."""

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.learning.practice"
    label = "practice"

    def ready(self) -> None:
        """Hear of what is said where people practise."""
        from rapport.learning.practice import listeners

        listeners.register()
