"""The OpenAPI document is complete: every operation says what it takes, gives and refuses, with examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.http.problem_pages import entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.api.http.service import Service

_PROBLEM = "application/problem+json"

# each look at the whole document takes seconds
pytestmark = pytest.mark.slow


@pytest.fixture
def document(service: Service) -> dict[str, Any]:
    return service.app.openapi()


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"{method} {path}", operation


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def test_it_is_served_without_a_key(service: Service) -> None:
    with service.client("none") as client:
        assert client.get("/openapi.json").json()["openapi"].startswith("3.1")


def test_every_operation_says_what_it_is(document: dict[str, Any]) -> None:
    names = [name for name, _ in _operations(document)]
    assert len(names) > 35
    for name, operation in _operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name
        assert operation["operationId"], name


def test_every_operation_lists_its_problems_with_examples_of_codes_that_exist(document: dict[str, Any]) -> None:
    for name, operation in _operations(document):
        errors = {status: each for status, each in operation["responses"].items() if int(status) >= 400}
        assert errors, name
        for status, response in errors.items():
            if name == "get /readyz" and status == "503":
                continue
            assert list(response["content"]) == [_PROBLEM], (name, status)
            for code, example in response["content"][_PROBLEM]["examples"].items():
                assert code in entries(), (name, code)
                assert example["value"]["status"] == int(status), (name, code)


def test_everything_under_v1_needs_a_key_and_says_so(document: dict[str, Any]) -> None:
    for name, operation in _operations(document):
        if " /v1" in name:
            assert operation["security"] == [{"key": []}], name
            assert {"401", "403"} <= set(operation["responses"]), name


def test_every_answer_has_a_schema_or_an_example(document: dict[str, Any]) -> None:
    for name, operation in _operations(document):
        for status, response in operation["responses"].items():
            for kind, content in response.get("content", {}).items():
                assert content.get("schema") or content.get("example"), (name, status, kind)


def test_every_body_has_examples(document: dict[str, Any]) -> None:
    for name, operation in _operations(document):
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            if "example" not in content:
                properties = _resolved(document, content["schema"])["properties"]
                assert all("examples" in each or "default" in each for each in properties.values()), (name, kind)


def test_every_property_has_an_example_or_explains_itself(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for key, value in schema.get("properties", {}).items():
            kinds = [value, *value.get("anyOf", [])]
            plain = any(k.get("type") in ("string", "integer") and not k.get("format") for k in kinds)
            assert not plain or "examples" in value or "default" in value or "enum" in value, (name, key)


def test_every_parameter_is_described(document: dict[str, Any]) -> None:
    for name, operation in _operations(document):
        for parameter in operation.get("parameters", []):
            known = parameter["in"] == "path" or parameter["name"] == "state"
            assert known or parameter.get("description") or parameter["schema"].get("enum"), (name, parameter["name"])


def test_no_answer_is_validated_by_the_framework(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_what_is_not_described_is_not_there(admin: httpx.Client) -> None:
    for path in ("/docs", "/redoc", "/v1", "/v1/nothing", "/v1/print-jobs/", "/v1/keys/%00", "/v1/keys/%F0%9F%98%80"):
        answer = admin.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "route-not-found"), path
