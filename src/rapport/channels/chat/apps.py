"""Django's registration of the module."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.channels.chat"
    label = "chat"
