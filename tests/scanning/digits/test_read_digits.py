"""``python -m scanning read-digits``: one line of JSON, or one line that says what is wrong."""

from __future__ import annotations

import json
import pickle
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scanning.__main__ import main
from scanning.digits import images_file

if TYPE_CHECKING:
    from pathlib import Path

BLANK = np.full((3, 40, 30), 230, dtype=np.uint8)


def run(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(["read-digits", str(path)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def refused(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    code, out, err = run(path, capsys)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    return err.partition(":")[0]


def saved(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, allow_pickle=True, **arrays)
    return path


def test_labelled_images_give_every_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "d.npz", images=BLANK, labels=np.array([1, 2, 10]))
    code, out, err = run(path, capsys)
    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    line = json.loads(out)
    assert list(line) == ["n", "error", "error_at_90", "junk_accepted", "calibration", "threshold", "accepted"]
    assert line["n"] == 3
    assert line["junk_accepted"] == 0
    assert line["accepted"] == 0


def test_without_labels_what_depends_on_them_is_null(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = json.loads(run(saved(tmp_path / "d.npz", images=BLANK), capsys)[1])
    assert line["error"] is line["error_at_90"] is line["junk_accepted"] is line["calibration"] is None
    assert line["accepted"] == 0


def test_without_junk_its_share_is_null(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = json.loads(run(saved(tmp_path / "d.npz", images=BLANK, labels=np.arange(3)), capsys)[1])
    assert line["junk_accepted"] is None
    assert line["error"] is not None


def test_no_images_at_all_are_measured_as_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "d.npz", images=BLANK[:0], labels=np.zeros(0, dtype=np.int64))
    line = json.loads(run(path, capsys)[1])
    assert (line["n"], line["error"], line["accepted"]) == (0, None, None)


def test_a_missing_file_and_a_folder_are_unreadable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(tmp_path / "none.npz", capsys) == "digits-file-unreadable"
    assert refused(tmp_path, capsys) == "digits-file-unreadable"


@pytest.mark.parametrize("content", [b"", b"images", b"PK\x03\x04 not really", b"\x93NUMPY\x01\x00"])
def test_other_files_are_invalid(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.npz"
    path.write_bytes(content)
    assert refused(path, capsys) == "digits-file-invalid"


def test_a_cut_off_file_is_invalid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path / "d.npz", images=BLANK)
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)
    assert refused(path, capsys) == "digits-file-invalid"
    path.write_bytes(content[:-40])
    assert refused(path, capsys) == "digits-file-invalid"


def test_pickled_objects_are_never_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    objects = np.array([BLANK, None], dtype=object)
    assert refused(saved(tmp_path / "d.npz", images=objects), capsys) == "digits-file-invalid"
    plain = tmp_path / "p.npz"
    plain.write_bytes(pickle.dumps({"images": [1]}))
    assert refused(plain, capsys) == "digits-file-invalid"


def test_a_member_that_is_no_array_is_invalid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images", "text")
    assert refused(path, capsys) == "digits-images-invalid"


def test_images_must_be_there_and_uint8_in_three_dimensions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(saved(tmp_path / "a.npz", pictures=BLANK), capsys) == "digits-images-missing"
    for wrong in (BLANK.astype(float), BLANK[0], BLANK[:, :0], np.array("x")):
        assert refused(saved(tmp_path / "b.npz", images=wrong), capsys) == "digits-images-invalid"


@pytest.mark.parametrize(
    "labels", [np.arange(2), np.zeros((3, 1), dtype=int), np.array([1.0, 2.0, 3.0]), np.array(["1"] * 3)]
)
def test_labels_must_fit(labels: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(saved(tmp_path / "d.npz", images=BLANK, labels=labels), capsys) == "digits-labels-invalid"


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images_file, "MOST_BYTES", 1000)
    assert refused(saved(tmp_path / "d.npz", images=BLANK), capsys) == "digits-file-too-large"


def test_a_header_that_lies_about_its_size_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000, 28, 28), }".ljust(117) + b"\n"
    path = tmp_path / "d.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    assert refused(path, capsys) in {"digits-file-invalid", "digits-file-too-large"}


def test_a_command_that_does_not_exist_says_which_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sing"]) == 2
    assert "read-digits" in capsys.readouterr().err
    assert main([]) == 2
    assert main(["--help"]) == 0
