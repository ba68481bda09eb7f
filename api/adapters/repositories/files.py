"""Files of batches and mail runs as they lie in JSON columns."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from api.ports import BatchFile, BlobRef, FileRole

if TYPE_CHECKING:
    from collections.abc import Mapping


def file_row(file: BatchFile) -> dict[str, object]:
    """As JSON."""
    return asdict(file) | {"blob": str(file.blob)}


def file_of(row: Mapping[str, Any]) -> BatchFile:
    """What `file_row` wrote."""
    return BatchFile(**dict(row) | {"blob": BlobRef.parse(row["blob"]), "role": FileRole(row["role"])})
