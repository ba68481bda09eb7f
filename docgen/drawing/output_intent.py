"""The printing condition a print file is meant for, with its ICC profile."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from docgen.drawing.pdf_objects import dictionary, ref, text_string

_FOLDER = Path(__file__).parent / "icc"


@dataclass(frozen=True, slots=True)
class OutputIntent:
    """``identifier`` is the name of the condition in the ICC characterisation registry."""

    identifier: str
    info: str
    components: int
    profile: bytes

    def dictionary(self, profile: int) -> bytes:
        """The intent as a PDF dictionary (ISO 15930-7, 6.2.3); ``profile`` is its profile's object number."""
        return dictionary(
            {
                "Type": b"/OutputIntent",
                "S": b"/GTS_PDFX",
                "OutputConditionIdentifier": text_string(self.identifier),
                "RegistryName": text_string("http://www.color.org"),
                "Info": text_string(self.info),
                "DestOutputProfile": ref(profile),
            }
        )


@lru_cache(maxsize=1)
def fogra39() -> OutputIntent:
    """Offset on coated paper, 300 % ink: what most Dutch printers expect when nothing else is agreed."""
    return OutputIntent(
        "FOGRA39", "Coated FOGRA39, 300 % total ink", 4, (_FOLDER / "ISOcoated_v2_300_bas.icc").read_bytes()
    )
