"""A real mail server, for tests of Rally Notes by e-mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rapport.kit import mail
from rapport.kit.tests.post import Box, post_office


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def server(box: Box, settings: Any) -> Iterator[mail.Server]:
    with post_office(box) as made:
        settings.MAIL = made
        yield made
