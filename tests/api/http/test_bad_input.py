"""Bad input as it comes in over HTTP, each with its code and place: refused at once, or found before acceptance."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api.usecases.formats import RecordsType
from tests.api.http.service import CSV, JSON, ZIP
from tests.api.usecases.world import NOTE_BODY, NOTE_TOML, as_json, note_template, record, sample, unzipped, zipped

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from tests.api.http.service import Service

BILL_TOML = """
id = "bill"
version = "1.0"
title = { nl = "Rekening" }
languages = ["nl"]
envelope = "nl-dl-right"

[fields.amount]
kind = "amount"
example = "12.50"

[fields.account]
kind = "iban"
required = false
example = "NL91 ABNA 0417 1643 00"

[fields.words]
kind = "text"
max_length = 140
example = "Huur november"

[blocks.payment]
amount_field = "amount"
text_field = "words"
iban_field = "account"
"""
BILL_BODY = """Subject: Rekening

Beste {{ recipient_name }},

Dit moet u betalen.

::: payment

Tot ziens.
"""
HEADER = (
    "record_id;recipient.name;recipient.street;recipient.house_number;recipient.postcode;recipient.town;amount;words\n"
)
ROW = "R1;Mevrouw A;Dorpsstraat;1;1000 AB;Dorp;1.50;Huur\n"
XLSX = {"Content-Type": RecordsType.XLSX}
LONG_NAME = "Stichting ter bevordering van alles wat maar lang genoeg is om nergens in te passen"


def bill(**changes: object) -> dict[str, Any]:
    return {**record(1), "words": "Huur november", **changes}


def addressed(**changes: object) -> dict[str, Any]:
    recipient = {**record(1)["recipient"], **changes}
    return bill(recipient={name: value for name, value in recipient.items() if value is not None})


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in [tuple(HEADER.strip().split(";")), *rows]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bomb() -> bytes:
    """A workbook whose sheet unpacks to 400 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in book.namelist():
            target.writestr(name, book.read(name))
        with target.open("xl/media/zeros.bin", "w", force_zip64=True) as stream:
            for _ in range(400):
                stream.write(bytes(1_000_000))
    return out.getvalue()


RECORDS = {
    "malformed JSON": (b'{"records": [{"record_id": "R1",]}', JSON, "records-json-malformed"),
    "JSON that breaks off": (as_json([bill()])[:-20], JSON, "records-json-malformed"),
    "JSON in a wrong encoding": ('[{"record_id": "é"}]'.encode("cp1252"), JSON, "records-json-malformed"),
    "no records": (b'{"records": []}', JSON, "records-empty"),
    "malformed CSV": ((HEADER + 'R1;"Mevrouw\n').encode() + b'x"y;1\n', CSV, "records-csv-malformed"),
    "CSV in a wrong encoding": ((HEADER + ROW.replace("Dorp;", "Dörp;")).encode("cp1252"), CSV, "records-csv-encoding"),
    "CSV with an unknown encoding": (b"x", {"Content-Type": "text/csv; charset=klingon"}, "records-csv-encoding"),
    "CSV without a known delimiter": ((HEADER + ROW).replace(";", "!").encode(), CSV, "records-csv-delimiter"),
    "a column twice": ((HEADER.strip() + ";words\n" + ROW).encode(), CSV, "records-column-duplicate"),
    "an unknown column": ((HEADER.strip() + ";wrods\n" + ROW).encode(), CSV, "records-column-unknown"),
    "a missing column": (HEADER.replace(";amount", "").encode(), CSV, "records-column-missing"),
    "a cell of 10 MB": ((HEADER + ROW.replace("Huur", "x" * 10_000_000)).encode(), CSV, "records-cell-too-long"),
    "a value of 10 MB": (as_json([bill(words="x" * 10_000_000)]), JSON, "records-cell-too-long"),
    "a formula in CSV": ((HEADER + ROW.replace("Huur", "=1+1")).encode(), CSV, "records-formula-cell"),
    "malformed XLSX": (b"PK\x03\x04 not a workbook", XLSX, "records-xlsx-malformed"),
    "a formula in XLSX": (
        workbook(("R1", "A", "Dorpsstraat", "1", "1000 AB", "Dorp", "=1+1", "Huur")),
        XLSX,
        "records-formula-cell",
    ),
    "an XLSX bomb": (bomb, XLSX, "records-xlsx-bomb"),
    "a missing field": (as_json([{k: v for k, v in bill().items() if k != "amount"}]), JSON, "field-missing"),
    "an unknown field": (as_json([bill(amuont="1.00")]), JSON, "field-unknown"),
    "a missing name": (as_json([addressed(name=None)]), JSON, "address-name-missing"),
    "too long a name": (as_json([addressed(name=LONG_NAME)]), JSON, "address-line-too-long"),
    "too many lines": (
        as_json([addressed(name_2="Twee", name_3="Drie", country="XX")]),
        JSON,
        "address-country-unknown",
    ),
    "an unknown country": (as_json([addressed(country="Atlantis")]), JSON, "address-country-unknown"),
    "a wrong postcode": (as_json([addressed(postcode="12 ABC")]), JSON, "address-postcode-invalid"),
    "an IBAN with wrong check digits": (as_json([bill(account="NL92ABNA0417164300")]), JSON, "iban-invalid"),
    "amount 0": (as_json([bill(amount="0.00")]), JSON, "epc-amount-out-of-range"),
    "an amount over the limit": (as_json([bill(amount="1000000000.00")]), JSON, "amount-invalid"),
    "an amount with three decimals": (as_json([bill(amount="1.005")]), JSON, "amount-precision"),
    "a payload of more than 331 bytes": (as_json([bill(words="€" * 100)]), JSON, "epc-payload-too-long"),
    "a right-to-left name": (as_json([addressed(name="שלום")]), JSON, "text-direction-unsupported"),
    "an emoji": (as_json([bill(words="Huur 😀")]), JSON, "glyph-missing"),
    "the same record twice": (as_json([bill(), bill()]), JSON, "record-id-duplicate"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_records_that_cannot_be_printed_are_found_before_the_job_is_accepted(service: Service, name: str) -> None:
    body, headers, code = RECORDS[name]
    content = body if isinstance(body, bytes) else body()
    with service.client() as admin:
        template = admin.post("/v1/templates", content=_bill(), headers=ZIP)
        assert template.status_code == 201, template.text
        query = {"template": "bill", "brand": "grachtstad"}
        answer = admin.post("/v1/print-jobs", params=query, content=content, headers=headers)
        if answer.status_code != 202:
            assert (answer.status_code, answer.json()["code"]) == (422, code)
            return
        service.world.run()
        job = admin.get(answer.headers["Location"]).json()
        findings = admin.get(f"{answer.headers['Location']}/findings").json()["items"]
        letters = admin.get(f"{answer.headers['Location']}/pieces").json()["items"]
    assert job["state"] == "rejected", (job, findings)
    assert code in {*job["findings_by_code"], job["error_code"]}, (job, findings)
    assert not letters
    for finding in findings:
        assert finding["message"].endswith((".", ".)", "'."))
        if finding["code"] == code and finding["record_index"] is not None:
            assert {"pointer", "row"} & set(finding["place"]), finding


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("\ufeff" + HEADER + ROW, CSV),
        ((HEADER + ROW).replace(";", ","), CSV),
        ((HEADER + ROW).replace(";", "\t"), CSV),
        ("sep=;\r\n" + (HEADER + ROW).replace("\n", "\r\n"), CSV),
        (HEADER + ROW.replace("1.50", '"1.234,50"'), {"Content-Type": "text/csv; decimal-comma=true"}),
        ("\ufeff" + json.dumps([bill()]), JSON),
    ],
)
def test_odd_but_clear_ways_to_write_records_are_understood(
    service: Service, body: str, headers: Mapping[str, str]
) -> None:
    with service.client() as admin:
        admin.post("/v1/templates", content=_bill(), headers=ZIP)
        query = {"template": "bill", "brand": "grachtstad", "validate_only": "true"}
        answer = admin.post("/v1/print-jobs", params=query, content=body.encode(), headers=headers)
        service.world.run()
        job = admin.get(answer.headers["Location"]).json()
    assert (job["state"], job["counts"]["valid"]) == ("accepted", 1), job


def test_a_record_that_overflows_its_pages_is_found(service: Service) -> None:
    toml = NOTE_TOML.replace("max_pages = 4", "max_pages = 1").replace('version = "1.0"', 'version = "2.0"')
    body = as_json([record(1), record(2, words="woord " * 1500)])
    with service.client() as admin:
        admin.post("/v1/templates", content=_text(NOTE_BODY, toml), headers=ZIP)
        answer = admin.post("/v1/print-jobs?template=note@2.0&brand=grachtstad", content=body, headers=JSON)
        service.world.run()
        job = admin.get(answer.headers["Location"]).json()
    assert job["state"] == "rejected"
    assert job["findings_by_code"] == {"letter-too-many-pages": 1}


def _with(files: Mapping[str, bytes]) -> bytes:
    return zipped({**unzipped(note_template()), **files})


def _raw(*names: str, content: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return out.getvalue()


def _text(body: str, toml: str = NOTE_TOML) -> bytes:
    return zipped({"template.toml": toml.encode(), "body.nl.md": body.encode()})


def _logo(svg: str) -> bytes:
    return zipped({**unzipped(sample("brand", "grachtstad")), "logo.svg": svg.encode()})


def _bill() -> bytes:
    return _text(BILL_BODY, BILL_TOML)


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{}</svg>'
PACKAGES = {
    "a zip bomb": ("templates", _raw("a.md", content=bytes(60_000_000)), "template-zip-bomb"),
    "path traversal": ("templates", _raw("../../etc/evil.md"), "template-zip-path"),
    "an absolute path": ("brands", _raw("/etc/evil.md"), "brand-zip-path"),
    "no zip": ("templates", b"hello", "template-zip-malformed"),
    "an empty body": ("templates", b"", "template-zip-malformed"),
    "a kind of file that is not taken": ("templates", _with({"run.exe": b"x"}), "template-zip-file-kind"),
    "no template.toml": ("templates", _raw("body.nl.md"), "template-file-missing"),
    "TOML that cannot be read": ("templates", _text(NOTE_BODY, "id = "), "template-toml"),
    "a loop in a loop": (
        "templates",
        _text(NOTE_BODY.replace("{{ line.what }}", "{% for x in lines %}{{ x.what }}{% endfor %}")),
        "template-loop-not-allowed",
    ),
    "an endless range": (
        "templates",
        _text(NOTE_BODY.replace("in lines", "in range(1000000000)")),
        "template-loop-not-allowed",
    ),
    "a reach for Python": (
        "templates",
        _text(NOTE_BODY + "\n{{ ''.__class__.__mro__[1].__subclasses__() }}\n"),
        "template-expression-not-allowed",
    ),
    "a reach through a value": (
        "templates",
        _text(NOTE_BODY + "\n{{ recipient_name.__class__ }}\n"),
        "template-attribute-not-allowed",
    ),
    "an import": ("templates", _text(NOTE_BODY + '\n{% include "/etc/passwd" %}\n'), "template-statement-not-allowed"),
    "an undefined variable": ("templates", _text(NOTE_BODY + "\n{{ amuont }}\n"), "template-variable-undefined"),
    "text that is no Jinja2": ("templates", _text(NOTE_BODY + "\n{{ amount\n"), "template-syntax"),
    "a reference and a text": (
        "templates",
        _text(BILL_BODY, BILL_TOML + 'reference_field = "words"\n'),
        "template-payment-text",
    ),
    "a logo that fetches a picture": (
        "brands",
        _logo(SVG.format('<image xlink:href="http://example.org/x.png" width="9" height="9"/>')),
        "logo-svg-",
    ),
    "a logo with a style sheet from afar": (
        "brands",
        _logo(SVG.format("<style>@import url(http://example.org/x.css);</style><rect width='9' height='9'/>")),
        "logo-svg-",
    ),
    "a logo with a script": ("brands", _logo(SVG.format("<script>alert(1)</script>")), "logo-svg-element"),
    "a logo with entities": (
        "brands",
        _logo('<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SVG.format("<text>&x;</text>")),
        "logo-svg-doctype",
    ),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_packages_that_are_not_safe_or_not_whole_are_refused(admin: httpx.Client, name: str) -> None:
    kind, content, code = PACKAGES[name]
    answer = admin.post(f"/v1/{kind}", content=content, headers=ZIP)
    body = answer.json()
    assert answer.status_code == 422, body
    assert answer.headers["Content-Type"] == "application/problem+json"
    codes = [body["code"], *(finding["code"] for finding in body["findings"])]
    assert any(each.startswith(code) for each in codes), codes


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/keys", '{"label": "\\ud800", "roles": ["admin"]}'),
        ("/v1/keys", '{"label": "x", "\\udfff": 1}'),
        ("/v1/keys", '{"label": "\\u0000", "roles": ["admin"]}'),
    ],
)
def test_a_character_that_cannot_be_kept_is_refused(admin: httpx.Client, path: str, body: str) -> None:
    answer = admin.post(path, content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("0001-01-01T00:00:00+14:00", 422),
        ("9999-12-31T23:59:59-12:00", 422),
        ("0001-01-01T00:00:00Z", 200),
        ("9999-12-31T23:59:59Z", 200),
    ],
)
def test_a_time_that_no_day_of_the_calendar_has_is_refused(admin: httpx.Client, moment: str, status: int) -> None:
    assert admin.get("/v1/records", params={"updated_after": moment}).status_code == status


def test_a_check_says_the_same_and_keeps_nothing(admin: httpx.Client) -> None:
    body = _text(NOTE_BODY + "\n{{ amuont }}\n", NOTE_TOML.replace('"note"', '"other"'))
    checked = admin.post("/v1/templates/check", content=body, headers=ZIP).json()
    assert not checked["valid"]
    assert [(f["code"], f["place"]) for f in checked["findings"]] == [
        ("template-variable-undefined", {"file": "body.nl.md", "line": 15})
    ]
    assert admin.get("/v1/templates/other").status_code == 404


def test_one_wrong_record_of_many_prints_the_rest_when_asked(service: Service) -> None:
    records = [bill(record_id=f"R{n}", amount="0.00" if n == 1 else "1.00") for n in range(4)]
    with service.client() as admin:
        admin.post("/v1/templates", content=_bill(), headers=ZIP)
        query = {"template": "bill", "brand": "grachtstad", "policy": "valid_only"}
        answer = admin.post("/v1/print-jobs", params=query, content=as_json(records), headers=JSON)
        service.world.run()
        job = admin.get(answer.headers["Location"]).json()
        (finding,) = admin.get(f"{answer.headers['Location']}/findings?record_index=1").json()["items"]
    assert (job["state"], job["counts"]["valid"], job["counts"]["invalid"]) == ("released", 3, 1)
    assert finding["place"]["record"] == "R1"
