"""What decoders raise for damaged files, told as findings."""

from __future__ import annotations

import struct
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import cv2
from PIL import Image
from pypdfium2 import PdfiumError

from scanning.intake import troubles
from scanning.intake.troubles import PageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docgen.findings import Finding

# Pillow lets through whatever goes wrong first in a damaged file: reading numbers, tables, names or arithmetic.
_BROKEN = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    AssertionError,
    RuntimeError,
    struct.error,
    zlib.error,
    cv2.error,
    PdfiumError,
)


@contextmanager
def decoding(page: int | None) -> Iterator[None]:
    """Only calls of decoders stand in this.

    Raises:
        PageError: for whatever they raise; ``page`` is where it happened, None when it is the whole file.
    """
    try:
        yield
    except PageError:
        raise
    except Image.DecompressionBombError as error:
        raise PageError(troubles.too_large(page)) from error
    except (MemoryError, RecursionError) as error:
        raise PageError(troubles.too_costly(page)) from error
    except _BROKEN as error:
        raise PageError(_named(error, page)) from error


def _named(error: Exception, page: int | None) -> Finding:
    words = str(error).lower()
    if "insufficient memory" in words or "out of memory" in words or "failed to allocate" in words:
        return troubles.too_costly(page)
    if "truncated" in words:
        return troubles.truncated(page)
    return troubles.damaged(page)
