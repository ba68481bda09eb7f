"""Tables of the model card say what was counted."""

from __future__ import annotations

import numpy as np

from scanning.digits.normalise import normalise_all
from scanning.digits.reader import JUNK, DigitReader
from scanning.training.pool import Pool
from scanning.training.report import tables
from tests.scanning.digits.test_reader import crops, no_digits


def test_each_source_has_its_rows() -> None:
    images, labels = crops("us")
    wrong = np.where(labels == 3, 4, labels)
    junk = normalise_all(no_digits())
    pools = {
        "as written": Pool(normalise_all(images), labels.astype(np.uint8)),
        "wrong labels": Pool(normalise_all(images), wrong.astype(np.uint8)),
        "none": Pool(junk, np.full(len(junk), JUNK, np.uint8)),
    }
    digits, by_digit, passed = tables(DigitReader.shipped(), pools).split("\n\n")
    assert [line.split(" | ")[0] for line in digits.splitlines()[2:]] == ["| as written", "| wrong labels"]
    rows = [line.strip("| ").split(" | ") for line in by_digit.splitlines()[2:]]
    assert rows[0][4] == "0.0"
    assert rows[1][4] == ""
    assert float(rows[1][5]) > 40
    assert passed.splitlines()[2].startswith("| none | 108 | ")
