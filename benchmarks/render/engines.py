"""The engines that are compared: where each lives, how many letters it gets, and what to know about its row."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.util import find_spec

_OURS = "benchmarks.render.ours"
_PEERS = "benchmarks.render.peers"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OURS, FLOOR = "posthoorn", "floor"
TYPST, PLATYPUS, CHROMIUM = "typst", "platypus", "chromium"


@dataclass(frozen=True, slots=True)
class Engine:
    """One row of the table; ``letters`` and ``short`` are its sizes in a whole and in a short run.

    ``needs`` are importable names. ``times`` is how often it writes each letter: writing them once would be too
    short to be measured.
    """

    name: str
    title: str
    module: str
    prepare: str = "prepare"
    needs: tuple[str, ...] = ()
    letters: int = 5000
    short: int = 300
    times: int = 1

    @property
    def peer(self) -> bool:
        """True when it is not ours, and gets its letters as words."""
        return self.module.startswith(_PEERS)

    @property
    def writes_letters(self) -> bool:
        """True when its file holds the letters as a reader sees them."""
        return self.name not in {FLOOR, "laid-out", "writer", "encoder"}

    @property
    def missing(self) -> str:
        """What is not installed here, '' when all is."""
        if self.name == CHROMIUM and chromium() is None:
            return "no Chromium"
        return ", ".join(name for name in self.needs if find_spec(name) is None)


def chromium() -> str | None:
    """The program, where there is one."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


ENGINES = (
    Engine(OURS, "Posthoorn", _OURS, short=500),
    Engine("laid-out", "Posthoorn, layout only", _OURS, "prepare_laid_out", short=500),
    Engine("writer", "our writer alone, streams given", _OURS, "prepare_writer", short=500),
    Engine(FLOOR, "floor: streams written, nothing else", _OURS, "prepare_floor", short=500, times=4),
    Engine("encoder", "QR codes of the qrcode library alone", _OURS, "prepare_encoder", letters=100, short=10),
    Engine(TYPST, "Typst, no tags", f"{_PEERS}.typst_letter", needs=("typst",)),
    Engine("typst-tagged", "Typst, with tags", f"{_PEERS}.typst_letter", "prepare_tagged", ("typst",), 1000),
    Engine(
        PLATYPUS, "ReportLab Platypus + qrcode", f"{_PEERS}.platypus", "prepare_with_qrcode", ("_rl_accel",), 400, 40
    ),
    Engine(
        "platypus-fast", "ReportLab Platypus, codes given", f"{_PEERS}.platypus", "prepare", ("_rl_accel",), 400, 100
    ),
    Engine("fpdf2", "fpdf2", f"{_PEERS}.fpdf2_letter", needs=("fpdf",), letters=200, short=20),
    Engine("weasyprint", "WeasyPrint", f"{_PEERS}.html", "prepare_weasyprint", ("weasyprint",), 40, 6),
    Engine(CHROMIUM, "Chromium, headless", f"{_PEERS}.html", "prepare_chromium", (), 100, 10),
)
BY_NAME = {engine.name: engine for engine in ENGINES}
