from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.adapters.checkpoint_folder import CheckpointFolder
from api.ports import Permanent, Retryable

if TYPE_CHECKING:
    from pathlib import Path


def test_a_checkpoint_is_written_once(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path / "safe")
    folder.put("org.live.00000001.json", b"{}")
    folder.put("org.live.00000001.json", b"{}")
    assert [path.name for path in (tmp_path / "safe").iterdir()] == ["org.live.00000001.json"]


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path)
    folder.put("a.json", b"one")
    with pytest.raises(Permanent, match="checkpoint-file-differs"):
        folder.put("a.json", b"two")
    assert (tmp_path / "a.json").read_bytes() == b"one"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_gone_is_trouble_that_may_pass(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Retryable, match="checkpoint-folder-unavailable"):
        CheckpointFolder(tmp_path / "file").put("a.json", b"one")


@pytest.mark.parametrize("name", ["", "../a", "a/b", ".a", "a" * 200, "a\n"])
def test_a_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        CheckpointFolder(tmp_path).put(name, b"one")
