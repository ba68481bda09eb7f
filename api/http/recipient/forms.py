"""What a browser sent: texts by name, and a photo; never from another site."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from starlette.datastructures import UploadFile

from api.usecases.characters import whole
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

MOST_FIELDS: Final = 300
MOST_FIELD_BYTES: Final = 1 << 15


@dataclass(frozen=True, slots=True)
class Form:
    """Texts by name, the first of each; ``photo`` when a file was sent that is not empty."""

    texts: Mapping[str, str]
    photo: BinaryIO | None = None

    def text(self, name: str) -> str:
        """Without spaces around it, or nothing."""
        return self.texts.get(name, "").strip()


@asynccontextmanager
async def read_form(request: Request) -> AsyncIterator[Form]:
    """The form of a request. Raises `Refusal` (``form-not-ours``) when a browser says that it comes from elsewhere."""
    # pages tell nobody where a form comes from, so Origin is always null; this header says it in one word
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Refusal("form-not-ours", "This form did not come from your own page. Nothing was changed.")
    async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD_BYTES) as data:
        texts: dict[str, str] = {}
        photo: BinaryIO | None = None
        for name, value in data.multi_items():
            if isinstance(value, UploadFile):
                photo = value.file if value.size else photo
            else:
                texts.setdefault(name, whole(value))
        yield Form(texts, photo)
