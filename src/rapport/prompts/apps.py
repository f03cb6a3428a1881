"""Django's registration of the module."""

from django.apps import AppConfig


class PromptsConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.prompts"
    label = "prompts"
