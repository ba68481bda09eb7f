from __future__ import annotations

import hashlib
import itertools
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from scanning.intake.fingerprint import HASH_BITS, NEAR_BITS, file_digest, hash_distance, page_hash
from scanning.page import Page

if TYPE_CHECKING:
    from pathlib import Path

    from scanning.page import GreyImage

_WORDS = ("de", "meterstand", "van", "woning", "is", "nodig", "voor", "afrekening", "wij", "vragen", "u", "terug")


@cache
def _letter(number: int) -> GreyImage:
    luck = np.random.default_rng(number)
    sheet = np.full((1170, 827), 245, np.uint8)
    top = 100
    for _ in range(luck.integers(15, 35)):
        line = " ".join(luck.choice(_WORDS, luck.integers(3, 8)))
        cv2.putText(sheet, line, (75, top), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 30, 1, cv2.LINE_AA)
        top += int(luck.choice((25, 25, 50)))
    return sheet


def _scanned_again(sheet: GreyImage, number: int) -> GreyImage:
    luck = np.random.default_rng(number + 1000)
    height, width = sheet.shape
    move = cv2.getRotationMatrix2D((width / 2, height / 2), luck.uniform(-1.5, 1.5), luck.uniform(0.99, 1.01))
    move[:, 2] += luck.uniform(-12, 12, 2)
    moved = cv2.warpAffine(sheet, move, (width, height), borderValue=int(luck.choice((245, 20))))
    noisy = moved * luck.uniform(0.8, 1.05) + luck.uniform(-10, 10) + luck.normal(0, 4, moved.shape)
    jpeg = cv2.imencode(".jpg", np.clip(noisy, 0, 255).astype(np.uint8), [1, int(luck.integers(40, 80))])[1]
    again = cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)
    if number % 3 == 0:
        again = cv2.resize(again, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    return np.where(again > 150, 255, 0).astype(np.uint8) if number % 4 == 0 else again


@pytest.mark.parametrize("number", range(8))
def test_another_scan_of_a_sheet_is_near(number: int) -> None:
    first = page_hash(Page(1, _letter(number)))
    again = page_hash(Page(5, _scanned_again(_letter(number), number)))
    assert hash_distance(first, again) <= NEAR_BITS


def test_other_sheets_are_far() -> None:
    hashes = [page_hash(Page(1, _letter(number))) for number in range(10)]
    assert min(hash_distance(one, other) for one, other in itertools.combinations(hashes, 2)) > NEAR_BITS


def test_a_hash_has_its_bits_and_is_the_same_each_time() -> None:
    one = page_hash(Page(1, _letter(1)))
    assert len(one) * 4 == HASH_BITS
    assert one == page_hash(Page(2, _letter(1).copy(), dpi=100))


def test_a_sheet_without_ink_has_no_bits() -> None:
    assert int(page_hash(Page(1, np.full((300, 200), 250, np.uint8))), 16) == 0


@pytest.mark.parametrize("shape", [(1, 1), (3, 4000), (2000, 1)])
def test_odd_shapes_have_a_hash(shape: tuple[int, int]) -> None:
    assert len(page_hash(Page(1, np.zeros(shape, np.uint8)))) == 32


def test_the_digest_of_a_file_is_sha256(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc" * 1_000_000)
    assert file_digest(path) == hashlib.sha256(b"abc" * 1_000_000).hexdigest()
