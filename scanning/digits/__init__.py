"""Reads handwritten digits in single boxes."""

from scanning.digits.normalise import normalise
from scanning.digits.reader import JUNK, MOST_JUNK, WORKING_THRESHOLD, DigitReader, Readings

__all__ = ["JUNK", "MOST_JUNK", "WORKING_THRESHOLD", "DigitReader", "Readings", "normalise"]
