"""Who a text message is from: a number that can be answered, or letters that cannot."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"\+?[0-9]{3,15}")
# 3GPP TS 23.040, 9.1.2.5: eleven signs of seven bits are what an address holds
_LETTERS: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 .&_-]{1,11}")


def is_sms_sender(sender: str) -> bool:
    """Whether a network takes it: a number (097 for machines too), a short code, or at most 11 letters and digits."""
    return bool(_NUMBER.fullmatch(sender) or _LETTERS.fullmatch(sender))


def takes_replies(sender: str) -> bool:
    """Whether a phone can answer: only numbers can be."""
    return bool(_NUMBER.fullmatch(sender))
