"""Django's registration of the module."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.learning"
    label = "learning"

    def ready(self) -> None:
        """Have the keys of pictures and videos sealed anew with everything else."""
        from rapport.customers.resealing import Keeper, add_keeper
        from rapport.learning import media

        add_keeper(Keeper(media.uses, media.seal_anew))
