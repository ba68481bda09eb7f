"""Loads images and labels from an .npz that anybody may have made."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

MOST_BYTES = 1_000_000_000
"""Of all arrays together, unpacked."""
_DIMENSIONS = 3


@dataclass(frozen=True, slots=True, eq=False)
class LabelledImages:
    """``images`` is uint8 (n, height, width), ``labels`` whole numbers (n,), or None when the file has none."""

    images: NDArray[np.uint8]
    labels: NDArray[np.integer] | None


def load_images(path: Path) -> LabelledImages:
    """Load a file; raises Refusal for one that is missing, damaged, too large or of another kind. Reads no pickle."""
    with _refusing(path):
        _check_size(path)
        # the file stays open until both arrays are read
        with np.load(path, allow_pickle=False) as arrays:
            if "images" not in arrays:
                raise Refusal("digits-images-missing", f"{path} has no array `images`. Save it with that name.")
            images = arrays["images"]
            labels = arrays.get("labels")
    images, labels = np.asarray(images), None if labels is None else np.asarray(labels)
    if images.dtype != np.uint8 or images.ndim != _DIMENSIONS or 0 in images.shape[1:]:
        shape = "x".join(map(str, images.shape))
        raise Refusal(
            "digits-images-invalid", f"`images` in {path} is {images.dtype} {shape}. Make it uint8 (n, height, width)."
        )
    if labels is not None:
        _check_labels(labels, len(images), path)
    return LabelledImages(images, labels)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Turn what the system and the library say of bad files into refusals."""
    try:
        yield
    except OSError as trouble:
        reason = trouble.strerror or "it cannot be read"
        raise Refusal("digits-file-unreadable", f"{path}: {reason}. Name a file that is there.") from trouble
    except MemoryError as trouble:
        raise Refusal("digits-file-too-large", f"{path} holds more than fits in memory. Divide it.") from trouble
    except (zipfile.BadZipFile, ValueError, EOFError, KeyError, RuntimeError, zlib.error) as trouble:
        raise Refusal(
            "digits-file-invalid",
            f"{path} is no .npz of plain arrays, or it is damaged. Save it with numpy.savez, without objects.",
        ) from trouble


def _check_size(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > MOST_BYTES:
        raise Refusal(
            "digits-file-too-large", f"{path} holds {size:,} bytes, and {MOST_BYTES:,} are read at a time. Divide it."
        )


def _check_labels(labels: NDArray[np.generic], count: int, path: Path) -> None:
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        shape = "x".join(map(str, labels.shape))
        raise Refusal(
            "digits-labels-invalid",
            f"`labels` in {path} is {labels.dtype} {shape}. Make it {count} whole numbers, one for each image.",
        )
