"""What Django's error reports may tell, should an installation have them sent: where it broke, and no values."""

from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class NothingSensitive(SafeExceptionReporterFilter):
    """Leaves out every variable of every frame, and whatever the request carried."""

    def is_active(self, request: HttpRequest | None) -> bool:
        """Hide always."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """Return the names of the fields that were sent."""
        return dict.fromkeys(request.POST if request else (), self.cleansed_substitute)

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        """Return the names of the variables."""
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        """Return the names of the cookies."""
        return dict.fromkeys(request.COOKIES, self.cleansed_substitute)
