"""The JSON Schema says what the validators check."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from docgen.templates.load import load_template
from docgen.templates.schema import DIALECT, json_schema

if TYPE_CHECKING:
    from collections.abc import Callable


def test_it_names_the_fixed_parts_and_the_declared_fields(make_files: Callable[..., dict[str, bytes]]) -> None:
    schema = json_schema(load_template(make_files()))
    assert schema["$schema"] == DIALECT
    assert schema["additionalProperties"] is False
    assert {"record_id", "language", "recipient", "name", "rows"} <= set(schema["properties"])
    assert "note" not in schema["required"]
    assert {"record_id", "recipient", "name", "rows"} <= set(schema["required"])
    assert schema["properties"]["language"] == {"enum": ["nl"], "default": "nl"}
    assert "postcode" in schema["properties"]["recipient"]["properties"]


def test_it_can_be_written_as_json_with_its_example(make_files: Callable[..., dict[str, bytes]]) -> None:
    template = load_template(make_files(swap=('example = "Jansen"', 'example = "Jansen"\nchoices = ["Jansen"]')))
    schema: dict[str, Any] = json.loads(json.dumps(json_schema(template)))
    assert schema["examples"][0]["rate"] == 1.5
    assert schema["properties"]["name"]["enum"] == ["Jansen"]
    assert schema["properties"]["note"]["anyOf"][1] == {"type": "null"}
    rows = schema["properties"]["rows"]
    assert (rows["minItems"], rows["maxItems"]) == (1, 500)
    assert rows["items"]["required"] == ["text"]
    assert re.search(schema["properties"]["total"]["pattern"], schema["examples"][0]["total"])
