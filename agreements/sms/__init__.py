"""Text messages as networks send them: in which alphabet, in how many parts, for what price."""

from agreements.sms.dear import DearSign, dear_signs, instead_of, transliterate
from agreements.sms.gsm7 import EXTENDED, fits_gsm7
from agreements.sms.parts import Encoding, Segments, segments, split
from agreements.sms.price import PartPrice

__all__ = [
    "EXTENDED",
    "DearSign",
    "Encoding",
    "PartPrice",
    "Segments",
    "dear_signs",
    "fits_gsm7",
    "instead_of",
    "segments",
    "split",
    "transliterate",
]
