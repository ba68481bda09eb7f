"""A mail in two forms: plain text, and HTML in the brand that needs nothing from elsewhere."""

from __future__ import annotations

import struct
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from agreements.messages.blocks import Part, blocks, subject
from agreements.messages.model import Inline, Mail
from agreements.messages.plain import one_line
from docgen.layouts.theme import BLACK, WHITE

if TYPE_CHECKING:
    from jinja2 import Template

    from agreements.messages.blocks import Block
    from agreements.messages.model import Ask, Look
    from docgen.layouts.theme import Colour, Colours

_COLUMNS: Final = 76
_READABLE: Final = 4.5  # WCAG 2.2, 1.4.3
_PNG_SIZE: Final = struct.Struct(">II")
_PNG_SIZE_AT: Final = 16
_CSS_PIXELS: Final = 2


def render_mail(ask: Ask, look: Look) -> Mail:
    """The mail for one person; the same values give the same bytes."""
    return mail_of(subject(ask), blocks(ask, look), ask.question.language(ask.language), look)


def mail_of(title: str, said: tuple[Block, ...], language: str, look: Look) -> Mail:
    """Both forms of a mail that says these blocks; ``title`` is its subject."""
    inline = _logo(look)
    html = _template().render(
        subject=title,
        language=language,
        blocks=said,
        organisation=one_line(look.organisation),
        colours=_hexes(look.colours),
        logo=inline,
        logo_px=_shown_px(look.logo) if look.logo else (0, 0),
    )
    return Mail(title, _plain(said), html, (inline,) if inline else ())


def _plain(said: tuple[Block, ...]) -> str:
    """The text twin; addresses stand on lines of their own, so that no sign sticks to them."""
    return "\n".join(_plain_block(block) for block in said if block.part is not Part.ADDRESS)


def _plain_block(block: Block) -> str:
    text = textwrap.fill(block.text, _COLUMNS, break_long_words=False, break_on_hyphens=False)
    if block.part is Part.BUTTON:
        return f"{text}:\n{block.link}\n"
    if block.part is Part.FOOT:
        return text
    if block.part is Part.TITLE:
        return f"{text}\n{'=' * max(map(len, text.splitlines()), default=0)}\n"
    if block.part is Part.ASKED:
        return textwrap.indent(text, "    ") + "\n"
    return f"{text}\n{block.link}\n" if block.link else f"{text}\n"


def _logo(look: Look) -> Inline | None:
    if look.logo is None:
        return None
    return Inline("logo", "image/png", look.logo)


def _shown_px(png: bytes) -> tuple[int, int]:
    """Width and height in CSS pixels: half of what the file has (ISO/IEC 15948, 11.2.2), so that it is sharp."""
    width, height = _PNG_SIZE.unpack_from(png, _PNG_SIZE_AT)
    return width // _CSS_PIXELS, height // _CSS_PIXELS


def _hexes(colours: Colours) -> dict[str, str]:
    accent = colours.accent if colours.accent.contrast(WHITE) >= _READABLE else BLACK
    text = colours.text if colours.text.contrast(WHITE) >= _READABLE else BLACK
    roles = {"accent": accent, "text": text, "rule": colours.rule, "tint": colours.zebra}
    return {role: _hex(colour) for role, colour in roles.items()}


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour.rgb)


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True,
        loader=PackageLoader("agreements.messages", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("mail.html")
