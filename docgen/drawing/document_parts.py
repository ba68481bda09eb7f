"""Document parts (ISO 16612-2, PDF/VT): a tree that tells a press which pages are which envelope, and what is in it.

A root, a node for the job, and a leaf for each envelope with its first and last page. Nothing in it names a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docgen.drawing.pdf_objects import array, dictionary, ref, text_string

if TYPE_CHECKING:
    from collections.abc import Sequence

_KIDS = 64
_PLAIN = re.compile(r"[A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class EnvelopePart:
    """What a leaf says of an envelope: ids of its letters and of the set, control code, sheets, bundle and tray.

    Bundle and tray count from 1; 0 when there is none, and then nothing is said of it.
    """

    piece_ids: tuple[str, ...]
    set_id: str
    control_code: str = ""
    sheets: int = 0
    bundle: int = 0
    tray: int = 0


def part_root(node: int) -> bytes:
    """The object that the catalog names; the levels of the tree are a job and its mail pieces."""
    names = b"[/Job/MailPiece]"
    entries = {"Type": b"/DPartRoot", "DPartRootNode": ref(node), "RecordLevel": b"1", "NodeNameList": names}
    return dictionary(entries)


def part_node(root: int, leaves: Sequence[int]) -> bytes:
    """The job: all leaves, in arrays of at most 64."""
    kids = [array([ref(leaf) for leaf in leaves[at : at + _KIDS]]) for at in range(0, len(leaves), _KIDS)]
    return dictionary({"Type": b"/DPart", "Parent": ref(root), "DParts": array(kids)})


def part_leaf(node: int, start: int, end: int, part: EnvelopePart) -> bytes:
    """An envelope from its first page to its last."""
    said = {
        "PieceIDs": array([_text(piece_id) for piece_id in part.piece_ids]),
        "SetID": _text(part.set_id),
        **({"ControlCode": _text(part.control_code)} if part.control_code else {}),
        **{name: b"%d" % count for name, count in _counts(part) if count},
    }
    entries = {"Type": b"/DPart", "Parent": ref(node), "Start": ref(start), "End": ref(end), "DPM": dictionary(said)}
    return dictionary(entries)


def _counts(part: EnvelopePart) -> tuple[tuple[str, int], ...]:
    return (("Sheets", part.sheets), ("Bundle", part.bundle), ("Tray", part.tray))


def _text(text: str) -> bytes:
    return b"(%s)" % text.encode("ascii") if _PLAIN.fullmatch(text) else text_string(text)
