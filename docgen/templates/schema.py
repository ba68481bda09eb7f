"""A JSON Schema (2020-12) of a template's records, from its declared fields."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from docgen.postal.address import KEYS
from docgen.templates.kinds import DEFAULT_MAX_LENGTH
from docgen.templates.model import Field, FieldKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from docgen.templates.model import Template

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
RECORD_ID_LENGTH: Final = 64

_SCALARS: Final[Mapping[FieldKind, Mapping[str, Any]]] = {
    FieldKind.TEXT: {"type": "string"},
    FieldKind.INTEGER: {"type": "integer"},
    FieldKind.DECIMAL: {
        "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"}]
    },
    FieldKind.AMOUNT: {"type": "string", "pattern": r"^-?[0-9]{1,9}(\.[0-9]{1,2})?$"},
    FieldKind.DATE: {"type": "string", "format": "date"},
    FieldKind.BOOLEAN: {"type": "boolean"},
    FieldKind.IBAN: {"type": "string", "maxLength": 60},
    FieldKind.REFERENCE: {"type": "string", "maxLength": 60},
    FieldKind.EMAIL: {"type": "string", "format": "email"},
    FieldKind.PHONE: {"type": "string"},
    FieldKind.URL: {"type": "string", "format": "uri"},
}
_LENGTH_LIMITED: Final = frozenset({FieldKind.TEXT, FieldKind.EMAIL, FieldKind.PHONE, FieldKind.URL})


def json_schema(template: Template) -> dict[str, Any]:
    """The schema of one record; the values of optional fields may be null."""
    language = template.default_language
    properties: dict[str, Any] = {
        "record_id": {"type": "string", "minLength": 1, "maxLength": RECORD_ID_LENGTH},
        "language": {"enum": list(template.languages), "default": language},
        "recipient": _recipient(),
    }
    properties |= {field.name: _of(field, language) for field in template.fields}
    required = ["record_id", "recipient", *_required(template.fields)]
    return {
        "$schema": DIALECT,
        "title": template.title.get(language, template.id),
        **_object(properties, required),
        "examples": [_jsonable(template.example)],
    }


def _recipient() -> dict[str, Any]:
    properties: dict[str, Any] = {key: {"type": ["string", "null"]} for key in KEYS}
    properties["house_number"] = {"type": ["string", "integer", "null"]}
    return _object(properties, ["name", "town"])


def _object(properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required,
        "additionalProperties": False,
    }


def _required(fields: Iterable[Field]) -> list[str]:
    return [field.name for field in fields if field.required]


def _of(field: Field, language: str) -> dict[str, Any]:
    schema = _list(field, language) if field.kind is FieldKind.LIST else _scalar(field)
    if field.label.get(language):
        schema["title"] = field.label[language]
    if field.example is not None:
        schema["examples"] = [_jsonable(field.example)]
    return schema if field.required else {"anyOf": [schema, {"type": "null"}]}


def _list(field: Field, language: str) -> dict[str, Any]:
    return {
        "type": "array",
        "minItems": max(field.min_items, 1 if field.required else 0),
        "maxItems": field.max_items,
        "items": _object({item.name: _of(item, language) for item in field.items}, _required(field.items)),
    }


def _scalar(field: Field) -> dict[str, Any]:
    schema = dict(_SCALARS[field.kind])
    if field.kind in _LENGTH_LIMITED:
        schema["maxLength"] = field.max_length or DEFAULT_MAX_LENGTH
    if field.choices:
        schema["enum"] = list(field.choices)
    return schema


def _jsonable(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """The value with decimals as JSON numbers."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [_jsonable(item) for item in value]
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    return value
