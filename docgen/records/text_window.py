"""A window that slides over a UTF-8 stream: some text in memory, and the line and column of any place in it."""

from __future__ import annotations

import codecs
from typing import BinaryIO, Final

_CHUNK: Final = 65_536


class NotUtf8Error(ValueError):
    """A byte that is no UTF-8, with its offset in the stream and its 1-based line."""

    def __init__(self, byte: int, value: int, line: int) -> None:
        """Keep the place."""
        super().__init__(f"byte {byte} (0x{value:02X})")
        self.byte = byte
        self.value = value
        self.line = line


class TextWindow:
    """``text`` from ``start`` on is what was not used yet; `more` reads on, `use` lets go of what is before."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read a first chunk; a byte order mark of UTF-8 is left out."""
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._bytes_read = 0
        self._line = 1
        self._column = 1
        self.text = ""
        self.start = 0
        self.at_end = False
        self.more()

    def more(self) -> None:
        """Let go of used text and read on: at least as much as is left, so that reading again costs little."""
        self._let_go()
        data = self._stream.read(max(_CHUNK, len(self.text)))
        self.at_end = not data
        held = len(self._decoder.getstate()[0])
        try:
            self.text += self._decoder.decode(data, final=self.at_end)
        except UnicodeDecodeError as error:
            byte = self._bytes_read - held + error.start
            line = self._line + self.text.count("\n") + error.object[: error.start].count(b"\n")
            raise NotUtf8Error(byte, error.object[error.start], line) from None
        self._bytes_read += len(data)

    def _let_go(self) -> None:
        self._line, self._column = self.place_of(self.start)
        self.text = self.text[self.start :]
        self.start = 0

    def use(self, end: int) -> None:
        """Text before ``end`` is done with."""
        self.start = end

    def place_of(self, index: int) -> tuple[int, int]:
        """Line and column, both from 1, of a place in ``text``."""
        lines = self.text.count("\n", 0, index)
        if not lines:
            return self._line, self._column + index
        return self._line + lines, index - self.text.rindex("\n", 0, index)
