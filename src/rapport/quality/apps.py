"""Django's registration of the module."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.quality"
    label = "quality"

    def ready(self) -> None:
        """Have the keys of recordings sealed anew with everything else."""
        from rapport.customers.resealing import Keeper, add_keeper
        from rapport.quality.recordings import sealed

        add_keeper(Keeper(sealed.uses, sealed.seal_anew))
