"""Reads handwritten digits in single boxes."""

from scanning.digits.normalise import normalise
from scanning.digits.reader import JUNK, WORKING_THRESHOLD, DigitReader, Readings

__all__ = ["JUNK", "WORKING_THRESHOLD", "DigitReader", "Readings", "normalise"]
