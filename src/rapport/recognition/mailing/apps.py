"""Django's registration of the app."""

from django.apps import AppConfig


class MailingConfig(AppConfig):
    """See the package's own docstring."""

    name = "rapport.recognition.mailing"
    label = "mailing"

    def ready(self) -> None:
        """Hear of notes that were published."""
        from rapport.accounts.queries import is_real
        from rapport.events.listeners import subscribe
        from rapport.recognition.events import RallyPublished
        from rapport.recognition.mailing import jobs

        subscribe(RallyPublished.name, jobs.prepare, where=is_real)
