"""Django's registration of the module."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Partners, programmes, people."""

    name = "rapport.accounts"
    label = "accounts"
