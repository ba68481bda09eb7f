"""How a carrier wants addresses and gives them back, as data: enrichment.toml holds seeds."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from docgen.postal.toml_file import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPORT_FIELDS = (
    "own_id", "street", "house_number", "house_letter", "addition", "postcode", "town", "country",
)  # fmt: skip
IMPORT_FIELDS = ("own_id", "order", "bundle", "postal_line", "postal_2d")
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1", "iso-8859-15", "ascii")
_NEEDED = {"export": ("own_id", "postcode", "house_number"), "import": ("own_id", "order")}


class CodeForm(StrEnum):
    """How the content of a 2D code is written in a cell."""

    TEXT = "text"
    HEX = "hex"
    BASE64 = "base64"


@dataclass(frozen=True, slots=True)
class EnrichmentProfile:
    """Columns by our field, in the order of the file."""

    id: str
    title: str
    delimiter: str
    encoding: str
    export_columns: Mapping[str, str]
    import_columns: Mapping[str, str]
    code_form: CodeForm
    max_line_characters: int


@cache
def builtin_profiles() -> Mapping[str, EnrichmentProfile]:
    """The seeds that come with the package, by id."""
    return read_enrichment_profiles(resources.files("docgen.postal").joinpath("enrichment.toml").read_text("utf-8"))


def read_enrichment_profiles(text: str) -> Mapping[str, EnrichmentProfile]:
    """Read profiles in the form of enrichment.toml.

    Raises:
        Refusal: ``enrichment-profiles-invalid``, with what is wrong.
    """
    with refused("enrichment-profiles-invalid"):
        return {key: _profile(key, value) for key, value in tomllib.loads(text)["profile"].items()}


def _profile(key: str, data: Mapping[str, Any]) -> EnrichmentProfile:
    delimiter, encoding, most = data["delimiter"], data["encoding"], data["max_line_characters"]
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        raise ValueError("a delimiter is one character, such as ';'")
    if encoding not in ENCODINGS:
        raise ValueError(f"{encoding} is none of {', '.join(ENCODINGS)}")
    if type(most) is not int or most < 1:
        raise ValueError("max_line_characters is a whole number from 1")
    return EnrichmentProfile(
        id=key,
        title=str(data["title"]),
        delimiter=delimiter,
        encoding=encoding,
        export_columns=_columns("export", data["export"], EXPORT_FIELDS),
        import_columns=_columns("import", data["import"], IMPORT_FIELDS),
        code_form=CodeForm(data["postal_2d_form"]),
        max_line_characters=most,
    )


def _columns(kind: str, given: Mapping[str, Any], fields: tuple[str, ...]) -> Mapping[str, str]:
    unknown = given.keys() - set(fields)
    if unknown:
        raise ValueError(f"'{min(unknown)}' is no field of {kind}")
    missing = [name for name in _NEEDED[kind] if name not in given]
    if missing:
        raise ValueError(f"{kind} needs a column for {missing[0]}")
    columns = list(given.values())
    if not all(isinstance(column, str) and column.strip() for column in columns) or len(set(columns)) < len(columns):
        raise ValueError(f"each field of {kind} has a column of its own")
    return dict(given)
