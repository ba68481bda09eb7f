"""Values of gateways: filled into what is sent, and found in what comes back."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import RawCallback

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

_WHOLE: Final = re.compile(r"\{(\w+)\}")
_DIGITS: Final = re.compile(r"\+?[0-9]+")
_NETHERLANDS: Final = "+31"
_NATIONAL_DIGITS: Final = 10
_LEAST_ABROAD: Final = 9
MOST_DIGITS: Final = 15
_FORM: Final = "application/x-www-form-urlencoded"


def filled(template: Json, values: Mapping[str, Json]) -> Json:
    """A template with values in its braces; a key whose value is empty is left out."""
    if isinstance(template, dict):
        made = {key: filled(value, values) for key, value in template.items()}
        return {key: value for key, value in made.items() if value != ""}
    if isinstance(template, list):
        return [filled(value, values) for value in template]
    if not isinstance(template, str):
        return template
    whole = _WHOLE.fullmatch(template)
    # what is one value keeps its type
    return values[whole[1]] if whole else _WHOLE.sub(lambda found: str(values[found[1]]), template)


def at_place(data: Json, place: str) -> Json:
    """What stands at the first place that there is; None when none is."""
    for way in place.split("|") if place else ():
        found = _down(data, way.split("."))
        if found is not None:
            return found
    return None


def text_at(data: Json, place: str) -> str:
    """The word or number at a place, as text; nothing for anything else."""
    found = at_place(data, place)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def number_at(data: Json, place: str) -> int:
    """The number at a place; 0 when there is none."""
    text = text_at(data, place)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def _down(data: Json, keys: list[str]) -> Json:
    for key in keys:
        if isinstance(data, dict):
            data = data.get(key)
        elif isinstance(data, list) and key.isdigit():
            data = data[int(key)] if int(key) < len(data) else None
        else:
            return None
    return data


def values_of(raw: RawCallback) -> Json:
    """Everything that a request says: its JSON, or its form, with what is in its address beneath."""
    query: dict[str, Json] = dict(raw.query)
    if raw.headers.get("content-type", "").startswith(_FORM):
        return query | dict(parse_qsl(raw.body.decode("utf-8", "replace"), keep_blank_values=True))
    read = read_json(raw.body)
    if isinstance(read, dict):
        return query | read
    return read if isinstance(read, list) else query


def read_json(body: bytes) -> Json:
    """What JSON says; None for what is none."""
    try:
        read: Json = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return read


def items_of(data: Json, place: str) -> list[Json]:
    """The things that a request is about, one or many."""
    found = at_place(data, place) if place else data
    return found if isinstance(found, list) else [] if found is None else [found]


def e164(number: str) -> str:
    """A number of a gateway in one form, with + and country; short codes and letters as they are."""
    digits = "".join(number.split())
    if not _DIGITS.fullmatch(digits) or digits.startswith("+"):
        return number.strip() if not _DIGITS.fullmatch(digits) else digits
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    if digits.startswith("0") and len(digits) == _NATIONAL_DIGITS:
        return _NETHERLANDS + digits[1:]
    return f"+{digits}" if len(digits) >= _LEAST_ABROAD and not digits.startswith("0") else digits


def moment(text: str) -> datetime | None:
    """A moment of ISO 8601, in UTC when it names no zone; None for what is none."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
