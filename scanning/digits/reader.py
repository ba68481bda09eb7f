"""The digit network: images of single boxes in, calibrated probabilities out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanning.digits.normalise import SIDE, normalise_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Image = NDArray[np.uint8]
    Probabilities = NDArray[np.float32]

JUNK = 10
"""The column of what is no digit."""
CLASSES = 11
WORKING_THRESHOLD = 0.97
"""A digit whose probability is below this goes to a person."""
MOST_JUNK = 0.0004
"""So does whatever is more probably than this no digit: far more junk looks like a digit than a digit like another."""
WEIGHTS = "digits.onnx", "digits_second.onnx"
CALIBRATIONS = "alone", "together"
SURE, SURELY_NO_JUNK = 0.9995, 0.00005
"""Where the first network says this much of a box, the second is not asked."""
_BATCH = 4
"""Always the same number, the last ones empty: for another the network is laid out anew, which costs as much as
reading eight. And what is read of a box does not hang on its neighbours."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """What n boxes may hold: ``probabilities`` is float32 (n, 11), columns 0 to 9 and junk; each row adds to 1."""

    probabilities: Probabilities

    @property
    def digits(self) -> NDArray[np.uint8]:
        """The most probable digit of each box, uint8 (n,), whether or not it may be junk."""
        best: NDArray[np.uint8] = self.probabilities[:, :JUNK].argmax(axis=1).astype(np.uint8)
        return best

    @property
    def confidence(self) -> Probabilities:
        """The probability that the box holds that digit, float32 (n,)."""
        best: Probabilities = (
            self.probabilities[:, :JUNK].max(axis=1) if len(self.probabilities) else np.empty(0, np.float32)
        )
        return best

    def accepted(self, threshold: float = WORKING_THRESHOLD) -> NDArray[np.bool_]:
        """Which boxes need no person, bool (n,)."""
        no_junk = self.probabilities[:, JUNK] <= MOST_JUNK
        sure: NDArray[np.bool_] = (self.confidence >= threshold) & no_junk
        return sure


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes the network's outputs probabilities, fitted on digits it was not trained on.

    Outputs are divided by ``temperature``; ``junk_shift`` is added to the output for junk before.
    """

    temperature: float
    junk_shift: float

    def probabilities(self, outputs: Probabilities) -> Probabilities:
        """Turn outputs, float32 (n, 11), into probabilities."""
        shifted = outputs.astype(np.float64)
        shifted[:, JUNK] += self.junk_shift
        shifted /= self.temperature
        shifted -= shifted.max(axis=1, keepdims=True)
        powers = np.exp(shifted)
        shares: Probabilities = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
        return shares


class DigitReader:
    """Reads digits with two networks in ONNX form. Threads may share one; they wait for one another.

    The second is asked about boxes of which the first is not very sure, and what they say then counts on the average.
    """

    def __init__(self, weights: Sequence[bytes], calibrations: Sequence[Calibration]) -> None:
        """Load the networks. Each takes float32 (n, 1, 28, 28), 0 to 1, and gives float32 (n, 11).

        Args:
            weights: of the first network and the second.
            calibrations: of the first alone, and of both together.
        """
        self._first, self._second = [_Network(one) for one in weights]
        self._alone, self._together = calibrations

    @classmethod
    @lru_cache(maxsize=1)
    def shipped(cls) -> DigitReader:
        """The reader with the weights that this package holds; made once in a process."""
        folder = files("scanning.digits")
        fitted = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
        values = [fitted[name] for name in CALIBRATIONS]
        calibrations = [Calibration(float(one["temperature"]), float(one["junk_shift"])) for one in values]
        return cls([(folder / name).read_bytes() for name in WEIGHTS], calibrations)

    def read(self, images: Image | Sequence[Image]) -> Readings:
        """Read boxes.

        Args:
            images: uint8 (n, height, width), or n crops, uint8 (height, width) each; any polarity and size.
        """
        return self.read_normalised(normalise_all(images))

    def read_normalised(self, inputs: Image) -> Readings:
        """Read what ``normalise`` made, uint8 (n, 28, 28)."""
        outputs = self._first.outputs(inputs)
        said = self._alone.probabilities(outputs)
        doubtful = (said[:, :JUNK].max(axis=1) < SURE) | (said[:, JUNK] > SURELY_NO_JUNK)
        if doubtful.any():
            both = (outputs[doubtful] + self._second.outputs(inputs[doubtful])) / 2
            said[doubtful] = self._together.probabilities(both)
        return Readings(said)


class _Network:
    """One network, run by OpenCV."""

    def __init__(self, weights: bytes) -> None:
        # the older engine of OpenCV 5 is the quicker one for small networks
        self._network = cv2.dnn.readNetFromONNX(np.frombuffer(weights, dtype=np.uint8), cv2.dnn.ENGINE_CLASSIC)
        self._lock = Lock()

    def outputs(self, inputs: Image) -> Probabilities:
        """Run it over uint8 (n, 28, 28); gives float32 (n, 11)."""
        count = len(inputs)
        blob = np.zeros((-(-count // _BATCH), _BATCH, 1, SIDE, SIDE), np.float32)
        np.divide(inputs, np.float32(255), out=blob.reshape(-1, SIDE, SIDE)[:count])
        outputs = [self._run(part) for part in blob]
        return np.concatenate(outputs)[:count] if outputs else np.empty((0, CLASSES), np.float32)

    def _run(self, blob: NDArray[np.float32]) -> Probabilities:
        with self._lock:
            self._network.setInput(blob)
            return self._network.forward().astype(np.float32, copy=True)
