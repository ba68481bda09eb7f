"""Manifests of batches, to read again what was printed where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from api.ports import FileRole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import Batch
    from api.usecases.deps import Deps


def rows_of(deps: Deps, batch: Batch) -> Sequence[Mapping[str, Any]]:
    """The rows of the manifest of a batch that is written, in the order of printing."""
    manifest = next(file.blob for file in batch.files if file.role is FileRole.MANIFEST_JSON)
    with deps.blobs.open(batch.organisation_id, manifest) as stream:
        rows: Sequence[Mapping[str, Any]] = json.load(stream)["rows"]
    return rows
