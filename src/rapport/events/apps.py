"""Django's registration of the module."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The event log."""

    name = "rapport.events"
    label = "events"
