"""Records from JSON: ``{"records": [...]}`` or a bare array, one at a time, with flat memory.

The standard decoder reads record by record from a sliding window. It was chosen over ijson, whose C parser dies with
the whole process on a number of 5,000 digits and on deep nesting.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NoReturn

from docgen.findings import Finding, Place, Refusal
from docgen.records.raw import DEFAULT_LIMIT, RawRecord, empty, too_many
from docgen.records.text_window import NotUtf8Error, TextWindow

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_RECORD_CHARACTERS: Final = 4_000_000
"""One record may not be larger: 1,000 lines of 4,000 characters."""

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_TOKEN_LENGTH: Final = 16  # a token cut off by the window's end shows its error at most this far before the end


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


_DECODER: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)


def read_json(stream: BinaryIO, limit: int = DEFAULT_LIMIT) -> Iterator[RawRecord]:
    """The records of a JSON document in UTF-8, in order.

    Raises Refusal: records-json-malformed (with line and column), records-cell-too-long, records-empty,
    records-too-many.
    """
    number = -1
    try:
        reader = _Reader(TextWindow(stream))
        in_object = reader.peek() == "{"
        pointer = "/records" if in_object else ""
        for number, value in enumerate(reader.in_object("records") if in_object else reader.array()):
            if number >= limit:
                raise too_many(limit)
            yield _raw(value, f"{pointer}/{number}", reader.source)
        reader.finish()
    except NotUtf8Error as error:
        message = f"Byte {error.byte} (0x{error.value:02X}) is not UTF-8. Save the file as UTF-8."
        raise _refusal(message, Place(line=error.line)) from None
    if number < 0:
        raise empty("Put at least one record in the list `records`.")


def decode_record(text: str) -> Any:  # noqa: ANN401 -- JSON values have no common type
    """A JSON text that `read_json` has read before, as it read it: numbers with a point are `Decimal`."""
    return _DECODER.decode(text)


def _raw(record: object, pointer: str, source: str) -> RawRecord:
    place = Place(pointer=pointer)
    if isinstance(record, dict):
        return RawRecord(place, record, source=source)
    message = "A record must be an object with named values, between braces."
    return RawRecord(place, {}, findings=(Finding("field-type", message, place),))


class _Reader:
    """Reads JSON from a window: the outer structure here, each value by the decoder.

    ``source`` is the text of the last value.
    """

    def __init__(self, window: TextWindow) -> None:
        self._window = window
        self.source = ""

    def peek(self) -> str:
        """The next character that is no blank, '' at the end."""
        while True:
            window = self._window
            found = _BLANK.match(window.text, window.start)
            window.use(found.end() if found else window.start)
            if window.start < len(window.text):
                return window.text[window.start]
            if window.at_end:
                return ""
            window.more()

    def expect(self, wanted: str) -> str:
        """Take the next character, which must be one of those wanted."""
        char = self.peek()
        if not char or char not in wanted:
            names = " or ".join(f"`{one}`" for one in wanted)
            self.fail(f"here {names} should stand", self._window.start)
        self._window.use(self._window.start + 1)
        return char

    def array(self) -> Iterator[object]:
        """The values of an array, one at a time."""
        self.expect("[")
        if self.peek() == "]":
            self.expect("]")
            return
        while True:
            yield self.value()
            if self.expect(",]") == "]":
                return

    def in_object(self, wanted: str) -> Iterator[object]:
        """The values of the array under a key of an object; other keys are read over."""
        self.expect("{")
        if self.peek() == "}":
            self.expect("}")
            return
        while True:
            if self.peek() != '"':
                self.fail("here a name between quotes should stand", self._window.start)
            key = self.value()
            self.expect(":")
            if key == wanted:
                yield from self.array()
            else:
                self.value()
            if self.expect(",}") == "}":
                return

    def finish(self) -> None:
        """Nothing may follow the document."""
        if self.peek():
            self.fail("there is more after the end", self._window.start)

    def value(self) -> object:
        """One whole value; reads on until the window holds it."""
        self.peek()
        while True:
            window = self._window
            try:
                value, end = _DECODER.raw_decode(window.text, window.start)
            except json.JSONDecodeError as error:
                if window.at_end or not _may_be_cut_off(error, len(window.text)):
                    self.fail(error.msg, error.pos)
            except (ValueError, ArithmeticError, RecursionError):
                self.fail("a number is too long, or the nesting too deep", window.start)
            else:
                # a number at the very end of the window may go on after it
                if end < len(window.text) or window.at_end:
                    self.source = window.text[window.start : end]
                    window.use(end)
                    return value
            self._read_on()

    def _read_on(self) -> None:
        if len(self._window.text) - self._window.start > MAX_RECORD_CHARACTERS:
            line, column = self._window.place_of(self._window.start)
            message = f"One record has more than {MAX_RECORD_CHARACTERS:,} characters. Shorten its texts."
            place = Place(line=line, column=str(column))
            raise Refusal("records-cell-too-long", message, (Finding("records-cell-too-long", message, place),))
        self._window.more()

    def fail(self, reason: str, index: int) -> NoReturn:
        """Refuse the document for a fault at a place in the window."""
        line, column = self._window.place_of(index)
        message = f"This is no JSON: {reason} (line {line}, column {column}). Correct the file at that place."
        raise _refusal(message, Place(line=line, column=str(column)))


def _may_be_cut_off(error: json.JSONDecodeError, length: int) -> bool:
    """True when the fault may be only that the window ends here."""
    return error.msg.startswith("Unterminated string") or error.pos >= length - _TOKEN_LENGTH


def _refusal(message: str, place: Place) -> Refusal:
    code = "records-json-malformed"
    return Refusal(code, message, (Finding(code, message, place),))
