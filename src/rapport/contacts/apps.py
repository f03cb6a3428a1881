"""Django's registration of the module."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.contacts"
    label = "contacts"
