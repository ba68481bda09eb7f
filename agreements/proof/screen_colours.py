"""The profile of screen colours (sRGB, IEC 61966-2-1), without the name of a tool and the moment it was made."""

from __future__ import annotations

from functools import lru_cache

from PIL import ImageCms

_DATE = (2026, 1, 1, 0, 0, 0)
# ICC.1:2010, 7.2: preferred module, platform, creator and profile id may be nought
_NAMELESS = ((4, 4), (40, 4), (80, 4), (84, 16))


@lru_cache(maxsize=1)
def profile() -> bytes:
    """The profile as bytes, always the same."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[24:36] = b"".join([part.to_bytes(2, "big") for part in _DATE])
    for start, length in _NAMELESS:
        data[start : start + length] = bytes(length)
    return bytes(data)
