"""Django's registration of the module."""

from django.apps import AppConfig


class SigninConfig(AppConfig):
    """Sign-in, second factors, sessions."""

    name = "rapport.signin"
    label = "signin"
