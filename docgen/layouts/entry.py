"""The entry block: the QR of the personal page, its host in words, and the code to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen.findings import Finding, Place, Refusal
from docgen.layouts.code_block import CodeBlock, CodeBlockSetter, TextRow, symbol_findings
from docgen.layouts.wording import wording
from docgen.qr.entry_code import format_code

if TYPE_CHECKING:
    from docgen.layouts.typography import Typography
    from docgen.letters import EntryAccess
    from docgen.templates.model import EntryBlock

KIND = "entry"


class EntrySetter:
    """Sets the entry block of a template in one language."""

    def __init__(self, block: EntryBlock, typography: Typography, setter: CodeBlockSetter) -> None:
        """``setter`` lays out the block."""
        self._words = wording(typography.language)
        self._text = block.text.get(typography.language, "")
        self._setter = setter

    def set(self, access: EntryAccess | None, place: Place) -> CodeBlock | tuple[Finding, ...]:
        """The block of one letter; a letter without a way in is a finding."""
        if access is None:
            message = "The template has an entry block, but no entry link was made; give [entry] host in brand.toml."
            return (Finding("entry-link-missing", message, place),)
        rows = [
            *([TextRow("", self._text)] if self._text else []),
            TextRow(self._words.entry_host, access.host, bold=True),
            TextRow(self._words.entry_code, format_code(access.code), "code"),
        ]
        try:
            return self._setter.set(KIND, self._words.entry_title, access.url.encode("ascii"), rows)
        except Refusal as refused:
            return symbol_findings(refused, place)
