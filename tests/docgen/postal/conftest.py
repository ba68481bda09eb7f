"""Mail pieces to plan with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docgen.postal.making import make_piece

if TYPE_CHECKING:
    from collections.abc import Callable

    from docgen.postal.batch import MailPiece


@pytest.fixture
def piece() -> Callable[..., MailPiece]:
    return make_piece
