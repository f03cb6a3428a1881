"""Django's registration of the module."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.feedback"
    label = "feedback"

    def ready(self) -> None:
        """Hear of conversations that end."""
        from rapport.feedback import listeners

        listeners.register()
