"""Django's registration of the module."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.routing"
    label = "routing"

    def ready(self) -> None:
        """Hear of people who sign out, and say how many customers a book holds."""
        from rapport.customers.books import size_is_said_by
        from rapport.routing import listeners
        from rapport.routing.versions import most_customers

        listeners.register()
        size_is_said_by(most_customers)
