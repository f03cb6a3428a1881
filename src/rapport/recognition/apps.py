"""Django's registration of the module."""

from django.apps import AppConfig


class RecognitionConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.recognition"
    label = "recognition"

    def ready(self) -> None:
        """Have unread notes asked about before a rep takes contacts."""
        from rapport.recognition.access import unread_notes
        from rapport.routing.gates import add_gate

        add_gate(unread_notes, title="First the Rally Notes", page="rally", to_page="Read the Rally Notes")
