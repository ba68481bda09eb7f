"""The print room over HTTP: who may do what, what comes back, and that nothing happens twice."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import ReadBackPolicy, StoredAnswer
from api.usecases import idempotency
from docgen.findings import Finding, Place
from docgen.readback import ReadBack, read_part
from tests.api.http.service import CSV, JSON
from tests.api.usecases.world import ORG, record

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service

READ_PART = "api.usecases.reading_back.read_part"
PDF = b"%PDF-1.7 a receipt"


@pytest.fixture
def batch(service: Service) -> str:
    """A released batch of five pieces of a sheet each."""
    return service.world.batches(service.submit([record(number) for number in range(1, 6)]))[0].id


def envelopes(service: Service, batch: str) -> list[str]:
    """Piece ids by envelope number."""
    with service.world.deps.database.read() as uow:
        return [piece.id for piece in uow.pieces.in_room(ORG, batch)]


def said(rows: dict[str, str]) -> bytes:
    return "".join(["piece_id;result\n", *(f"{piece};{result}\n" for piece, result in rows.items())]).encode()


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def completed(client: httpx.Client, batch: str) -> None:
    path = f"/v1/batches/{batch}"
    assert client.post(f"{path}/results/rest").status_code == 200
    sheets = client.get(path).json()["account"]["sheets_printed"]
    assert client.post(f"{path}/complete", json={"sheets_counted": sheets}).status_code == 200


def test_a_whole_day(service: Service) -> None:
    records = [record(number) for number in range(1, 6)]
    job = service.submit(records)
    with service.client("print_room") as room:
        (listed,) = room.get("/v1/batches", params={"job": job, "state": "released"}).json()["items"]
        path = f"/v1/batches/{listed['id']}"
        assert (listed["envelopes"], listed["account"], len(listed["code"])) == (5, None, 6)
        file = next(file for file in listed["files"] if file["role"] == "print")
        assert room.get(file["url"]).status_code == 200
        assert room.get(path).json()["state"] == "fetched"
        assert room.post(f"{path}/printed").json()["state"] == "printed"

        pieces = envelopes(service, listed["id"])
        rows = dict.fromkeys(pieces, "OK") | {pieces[1]: "Reprint", pieces[3]: "Pull"}
        applied = room.post(f"{path}/results", content=said(rows), headers=CSV).json()
        assert (applied["changed"], applied["not_set"]) == ({"ok": 3, "reprint": 1, "pull": 1}, 0)
        assert code_of(room.post(f"{path}/complete", json={"sheets_counted": 5})) == (409, "pieces-to-reprint")

        asked = room.post(f"{path}/reprints", json={"loop": "closed"})
        assert (asked.status_code, asked.json()["piece_ids"], asked.json()["files"]) == (202, [pieces[1]], [])
        service.world.run()
        (reprint,) = room.get(f"{path}/reprints").json()["items"]
        (again,) = reprint["files"]
        answer = room.get(again["url"])
        assert (reprint["state"], hashlib.sha256(answer.content).hexdigest()) == ("released", again["sha256"])
        entered = {"ranges": "2", "outcome": "ok"}
        assert room.post(f"{path}/results", json=entered).json()["changed"] == {"ok": 1}

        account = room.get(path).json()["account"]
        assert (account["inserted"], account["pulled"], account["not_set"]) == (4, 1, 0)
        assert (account["sheets_printed"], account["sheets_spoiled"], account["sheets_pulled"]) == (6, 1, 1)
        assert code_of(room.post(f"{path}/complete", json={"sheets_counted": 5})) == (422, "sheets-differ")
        done = room.post(f"{path}/complete", json={"sheets_counted": 6}).json()
        assert (done["state"], done["sheets_counted"]) == ("completed", 6)

        opened = room.post("/v1/mail-runs", json={"title": "Evening", "batches": [listed["id"]]})
        run = opened.headers["Location"]
        assert (opened.status_code, [each["id"] for each in opened.json()["batches"]]) == (201, [listed["id"]])
        papers = {file["role"]: room.get(file["url"]) for file in opened.json()["files"]}
        assert listed["id"] in papers["run_list"].text
        gone = room.post(f"{run}/hand-over", json={"reference": "3S123"}).json()
        assert (gone["state"], gone["reference"], gone["proof_url"]) == ("handed_over", "3S123", None)
        assert room.put(f"{run}/proof", content=PDF).json()["proof_url"] == f"{run}/proof"
        assert room.get(path).json()["state"] == "handed_over"
        states = [room.get(f"/v1/pieces/{piece}").json()["state"] for piece in pieces]
        assert (states.count("handed_over"), states[3]) == (4, "pulled")
        ledger = room.get(f"/v1/pieces/{pieces[1]}/results").json()["items"]
        assert [(each["print_number"], each["outcome"], each["source"]) for each in ledger] == [
            (1, "reprint", "inserter"),
            (2, "ok", "operator"),
        ]


@pytest.mark.slow
def test_a_day_with_marks_bundles_and_households_read_back(service: Service) -> None:
    service.world.limit(read_back=ReadBackPolicy.FULL)
    household = '[[rule]]\ntogether = "household"\n'
    rules = {"mark_profile": "datamatrix", "sort_plan": "nl-2", "household": household}
    home = {**record(1)["recipient"], "name": "Familie Jansen"}
    records = [record(number) for number in range(1, 9)]
    records += [record(number, recipient=home) for number in range(9, 12)]
    with service.client() as admin, service.client("print_room") as room:
        admin.put("/v1/rules", json=rules)
        service.submit(records)
        found = room.get("/v1/batches", params={"state": "released"}).json()["items"]
        family, others = sorted(found, key=lambda each: each["envelopes"])
        assert [(each["pieces"], each["envelopes"]) for each in (family, others)] == [(4, 1), (7, 7)]
        for each in found:
            checks = room.get(f"/v1/batches/{each['id']}/checks").json()["items"]
            assert [(check["state"], check["findings"]) for check in checks] == [("checked", [])]
        together = room.get("/v1/pieces", params={"search": "jansen"}).json()["items"]
        (code,) = {piece["control_code"] for piece in together}
        assert (len(together), len({piece["set_id"] for piece in together})) == (3, 1)

        path = f"/v1/batches/{family['id']}"
        applied = room.post(f"{path}/results", content=said({code: "Reprint"}), headers=CSV).json()
        assert (applied["changed"], applied["not_set"]) == ({"reprint": 4}, 0)
        room.post(f"{path}/reprints", json={"loop": "closed"})
        service.world.run()
        (again,) = room.get(f"{path}/reprints").json()["items"][0]["files"]
        assert room.get(again["url"]).status_code == 200
        assert {room.get(f"/v1/pieces/{piece['id']}").json()["prints"] for piece in together} == {2}

        path = f"/v1/batches/{others['id']}"
        room.post(f"{path}/results", json={"ranges": "3, 5-6", "outcome": "reprint"})
        child = room.post(f"{path}/reprints", json={"loop": "open"}).json()["child_id"]
        service.world.run()
        batches = [family["id"], others["id"], child]
        for each in batches:
            completed(room, each)
        run = room.post("/v1/mail-runs", json={"title": "Evening", "batches": batches}).json()
        roles = [file["role"] for file in run["files"]]
        assert (roles[0], set(roles[1:])) == ("run_list", {"labels"})
        handed = room.post(f"/v1/mail-runs/{run['id']}/hand-over", json={"reference": "3S1"}).json()
        assert {each["state"] for each in handed["batches"]} == {"handed_over"}
        pieces = room.get(f"/v1/print-jobs/{family['job_id']}/pieces").json()["items"]
        assert {piece["state"] for piece in pieces} == {"handed_over"}


def test_a_download_is_logged_once_with_its_first_byte(service: Service, batch: str) -> None:
    with service.client("print_room") as room:
        path = f"/v1/batches/{batch}"
        file = next(file for file in room.get(path).json()["files"] if file["role"] == "print")
        room.head(file["url"])
        room.get(file["url"], headers={"If-None-Match": f'"{file["sha256"]}"'})
        room.get(file["url"], headers={"Range": f"bytes={file['size']}-"})
        assert room.get(path).json()["state"] == "released"
        room.get(f"{path}/manifest.csv")
        assert room.get(path).json()["state"] == "released"
        whole = room.get(file["url"])
        room.get(file["url"], headers={"Range": "bytes=100-"})
        events = [each for each in room.get(f"{path}/events").json()["items"] if each["name"] == "file-fetched"]
    digest = base64.b64encode(hashlib.sha256(whole.content).digest()).decode()
    assert whole.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert [each["data"]["from_byte"] for each in events] == [0, 0, 100]
    assert {each["data"]["file"] for each in events[1:]} == {file["name"]}
    assert all(each["data"]["by"].startswith("key_") for each in events)


def test_results_that_cannot_be_applied_are_refused_whole(service: Service, batch: str) -> None:
    pieces = envelopes(service, batch)
    content = said({pieces[0]: "OK", pieces[1]: "Lost", "pce_nobody": "OK"})
    with service.client("print_room") as room:
        path = f"/v1/batches/{batch}/results"
        answer = room.post(path, content=content, headers=CSV)
        assert code_of(answer) == (422, "results-refused")
        assert [(each["code"], each["place"]["row"]) for each in answer.json()["findings"]] == [("result-unknown", 3)]
        answer = room.post(path, content=said({pieces[0]: "OK", "pce_nobody": "OK"}), headers=CSV)
        assert [each["code"] for each in answer.json()["findings"]] == ["result-piece-unknown"]
        assert room.get(path).json()["items"] == []
        assert room.get(f"/v1/batches/{batch}").json()["state"] == "released"


def test_the_same_results_change_nothing_and_an_operator_has_the_last_word(service: Service, batch: str) -> None:
    pieces = envelopes(service, batch)
    content = said(dict.fromkeys(pieces, "OK"))
    with service.client("print_room") as room:
        path = f"/v1/batches/{batch}/results"
        entered = {"ranges": "1-2", "outcome": "reprint", "reason": "wet"}
        assert room.post(path, json=entered).json()["changed"] == {"reprint": 2}
        first = room.post(path, content=content, headers=CSV).json()
        assert (first["changed"], [each["code"] for each in first["left_aside"]]) == (
            {"ok": 3},
            ["result-left-aside"] * 2,
        )
        assert room.post(path, content=content, headers=CSV).json()["changed"] == {}
        part = room.get(path, params={"limit": 2}).json()
        rest = room.get(path, params={"cursor": part["next_cursor"]}).json()
    ledger = part["items"] + rest["items"]
    assert [(each["piece_id"], each["outcome"], each["reason"]) for each in ledger[:2]] == [
        (pieces[0], "reprint", "wet"),
        (pieces[1], "reprint", "wet"),
    ]
    assert len(ledger) == 5


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"", CSV, (422, "results-refused")),
        (b"\xff", CSV, (422, "results-refused")),
        (b"piece_id;result\n" + b"x" * 200_000, CSV, (422, "results-refused")),
        (b"x" * 10_000_001, CSV, (413, "body-too-large")),
        (b"x", {"Content-Type": "text/plain"}, (415, "media-type-unsupported")),
        (b"x", {}, (415, "media-type-unsupported")),
        (b"{", JSON, (400, "json-malformed")),
        (b"\xff\xfe\x00", JSON, (400, "json-malformed")),
        (b"[" * 60_000, JSON, (400, "json-malformed")),
        (b'{"ranges": "1"}', JSON, (422, "request-invalid")),
        (b'{"ranges": "1", "outcome": "lost"}', JSON, (422, "request-invalid")),
        (b'{"ranges": "\\ud800", "outcome": "ok"}', JSON, (422, "request-invalid")),
        (b'{"ranges": "1", "outcome": "ok", "why": ""}', JSON, (422, "request-invalid")),
        (b'{"ranges": "5-1", "outcome": "ok"}', JSON, (422, "results-refused")),
        (b'{"ranges": "1-999999", "outcome": "ok"}', JSON, (422, "results-refused")),
        (b'{"ranges": "1", "outcome": "ok", "reason": "a\\nb"}', JSON, (422, "reason-invalid")),
    ],
)
def test_what_cannot_be_results_is_said(
    service: Service, batch: str, body: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    with service.client("print_room") as room:
        answer = room.post(f"/v1/batches/{batch}/results", content=body, headers=headers)
    assert code_of(answer) == expected, answer.text[:500]


def test_the_same_request_with_the_same_key_happens_once(service: Service, batch: str) -> None:
    keyed = {"Idempotency-Key": "a-key"}
    path = f"/v1/batches/{batch}"
    with service.client("print_room") as room:
        room.post(f"{path}/results", json={"ranges": "1", "outcome": "reprint"})
        steps: list[tuple[str, dict[str, Any]]] = [
            (f"{path}/printed", {}),
            (f"{path}/results", {"json": {"ranges": "2", "outcome": "ok"}}),
            (f"{path}/results/rest", {}),
            (f"{path}/reprints", {"json": {"loop": "open"}}),
            (f"{path}/complete", {"json": {"note": "the counter is broken"}}),
            ("/v1/mail-runs", {"json": {"title": "Evening", "batches": [batch]}}),
        ]
        for url, options in steps:
            first, second = (room.post(url, headers=keyed, **options) for _ in range(2))
            assert first.is_success, first.text
            assert (first.content, second.content) == (second.content, first.content)
            assert second.headers["Idempotent-Replayed"] == "true"
            service.world.run()
        assert len(room.get(f"{path}/reprints").json()["items"]) == 1
        assert len(room.get("/v1/mail-runs").json()["items"]) == 1


def cut_off(service: Service, route: str, request_id: str) -> None:
    """As if the process had died before it kept the answer to a request with the key ``a-key``, long ago."""
    now = service.world.deps.clock.now()
    with service.world.deps.database.write() as uow:
        stored = uow.answers.begin(StoredAnswer(ORG, "a-key", route, "", now))
        assert stored is not None
        body = request_id.encode()
        uow.answers.finish(StoredAnswer(ORG, stored.key, stored.route, stored.body_sha256, now, body=body))
    service.world.deps.clock.advance(idempotency.ABANDONED_AFTER.total_seconds() + 1)  # type: ignore[attr-defined] # a fake


def test_after_a_crash_the_mail_run_that_was_opened_is_found(service: Service, batch: str) -> None:
    wish = {"title": "Evening", "batches": [batch]}
    with service.client("print_room") as room:
        completed(room, batch)
        run = room.post("/v1/mail-runs", json=wish, headers={"Idempotency-Key": "a-key"}).json()
        cut_off(service, "POST /v1/mail-runs", run["id"])
        again = room.post("/v1/mail-runs", json=wish, headers={"Idempotency-Key": "a-key"})
        assert (again.status_code, again.json()["id"]) == (201, run["id"])
        assert len(room.get("/v1/mail-runs").json()["items"]) == 1


def test_after_a_crash_the_reprint_that_was_asked_is_found(service: Service, batch: str) -> None:
    path = f"/v1/batches/{batch}"
    with service.client("print_room") as room:
        room.post(f"{path}/results", json={"ranges": "1", "outcome": "reprint"})
        asked = room.post(f"{path}/reprints", json={"loop": "closed"}, headers={"Idempotency-Key": "a-key"}).json()
        cut_off(service, f"POST {path}/reprints", "req_1")
        again = room.post(f"{path}/reprints", json={"loop": "closed"}, headers={"Idempotency-Key": "a-key"})
        assert (again.status_code, again.json()["id"]) == (202, asked["id"]), again.text


def test_an_open_reprint_is_a_batch_of_its_own(service: Service, batch: str) -> None:
    path = f"/v1/batches/{batch}"
    with service.client("print_room") as room:
        assert code_of(room.post(f"{path}/reprints", json={"loop": "open"})) == (409, "reprint-nothing")
        room.post(f"{path}/results", json={"ranges": "1-2", "outcome": "reprint"})
        asked = room.post(f"{path}/reprints", json={"loop": "open"}).json()
        child = f"/v1/batches/{asked['child_id']}"
        retried = room.post(f"/v1/reprints/{asked['id']}/retry")
        assert (retried.status_code, retried.json()["state"]) == (200, "asked")
        service.world.run()
        shown = room.get(child).json()
        assert (shown["state"], shown["parent_id"], shown["pieces"]) == ("released", batch, 2)
        assert room.get(f"{path}/reprints").json()["items"][0]["state"] == "released"
        completed(room, batch)
        completed(room, asked["child_id"])
        account = room.get(path).json()["account"]
    assert (account["moved"], account["inserted"], account["sheets_spoiled"]) == (2, 3, 2)


def test_a_completed_batch_opens_again_with_a_note(service: Service, batch: str) -> None:
    path = f"/v1/batches/{batch}"
    with service.client("print_room") as room:
        assert code_of(room.post(f"{path}/reopen", json={"note": "x"})) == (409, "batch-not-completed")
        completed(room, batch)
        assert code_of(room.post(f"{path}/results/rest")) == (409, "batch-completed")
        assert code_of(room.post(f"{path}/reopen", json={"note": "a\nb"})) == (422, "note-invalid")
        assert room.post(f"{path}/reopen", json={"note": "one came back"}).json()["state"] == "printed"


def test_a_mail_run_takes_completed_batches_once(service: Service, batch: str) -> None:
    wish = {"title": "Evening", "batches": [batch]}
    with service.client("print_room") as room:
        refused = room.post("/v1/mail-runs", json=wish)
        assert code_of(refused) == (409, "mail-run-batches-refused")
        assert [each["code"] for each in refused.json()["findings"]] == ["mail-run-batch-not-completed"]
        completed(room, batch)
        run = room.post("/v1/mail-runs", json=wish).json()
        assert [each["code"] for each in room.post("/v1/mail-runs", json=wish).json()["findings"]] == [
            "mail-run-batch-elsewhere"
        ]
        assert code_of(room.post("/v1/mail-runs", json={**wish, "batches": []})) == (422, "mail-run-empty")
        assert code_of(room.post("/v1/mail-runs", json={**wish, "title": ""})) == (422, "title-invalid")
        assert code_of(room.get("/v1/mail-runs/run_nobody")) == (404, "mail-run-not-found")
        file = run["files"][0]
        assert code_of(room.get(f"{file['url']}x")) == (404, "mail-run-file-not-found")
        shown = room.get(f"/v1/mail-runs/{run['id']}").json()
        listed = room.get("/v1/mail-runs").json()["items"]
    assert [each["mail_run_id"] for each in shown["batches"]] == [run["id"]]
    assert [(each["id"], each["batches"]) for each in listed] == [(run["id"], None)]


@pytest.mark.parametrize(
    ("data", "kind"),
    [(PDF, "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg")],
)
def test_a_proof_is_kept_before_and_after_the_post_has_it(service: Service, batch: str, data: bytes, kind: str) -> None:
    with service.client("print_room") as room:
        completed(room, batch)
        run = room.post("/v1/mail-runs", json={"title": "Evening", "batches": [batch]}).headers["Location"]
        assert code_of(room.get(f"{run}/proof")) == (404, "proof-not-found")
        assert code_of(room.put(f"{run}/proof", content=b"hello")) == (415, "proof-kind-unknown")
        assert code_of(room.put(f"{run}/proof", content=b"")) == (400, "body-empty")
        assert code_of(room.put(f"{run}/proof", content=bytes(20_000_001))) == (413, "body-too-large")
        room.put(f"{run}/proof", content=PDF + b" first")
        assert code_of(room.post(f"{run}/hand-over", json={"reference": "x" * 201})) == (422, "mail-reference-invalid")
        assert room.post(f"{run}/hand-over", json={}).json()["proof_url"] == f"{run}/proof"
        room.put(f"{run}/proof", content=data)
        proof = room.get(f"{run}/proof")
        assert room.post(f"{run}/hand-over", json={"reference": "other"}).json()["reference"] == ""
    assert (proof.content, proof.headers["Content-Type"]) == (data, kind)
    assert proof.headers["Content-Disposition"].startswith("attachment; ")


def test_a_batch_that_differs_is_blocked_with_a_picture(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = Finding("readback-differs", "It says 12.50 and must say 1.50.", Place(page=1))
    monkeypatch.setattr(READ_PART, lambda *_, **__: ReadBack(3, (finding,), b"\x89PNG picture"))
    service.world.limit(read_back=ReadBackPolicy.FULL)
    job = service.submit()
    batch = service.world.batches(job)[0].id
    path = f"/v1/batches/{batch}"
    with service.client("print_room") as room:
        shown = room.get(path).json()
        assert (shown["state"], shown["files"]) == ("blocked", [])
        (check,) = room.get(f"{path}/checks").json()["items"]
        assert (check["symbols"], check["findings"][0]["code"]) == (3, "readback-differs")
        assert room.get(check["picture_url"]).content == b"\x89PNG picture"
        assert code_of(room.get(f"{path}/checks/rbk_nobody/picture.png")) == (404, "check-not-found")
        monkeypatch.setattr(READ_PART, read_part)
        assert room.post(f"{path}/write-again").json()["state"] == "writing"
        assert code_of(room.post(f"{path}/write-again")) == (409, "batch-not-blocked")
        service.world.run()
        (check,) = room.get(f"{path}/checks").json()["items"]
        assert room.get(path).json()["state"] == "released"
        picture = room.get(f"{path}/checks/{check['id']}/picture.png")
        assert (check["picture_url"], code_of(picture)) == (None, (404, "check-picture-not-found"))
        other = service.world.batches(service.submit())[0].id
        assert code_of(room.get(f"/v1/batches/{other}/checks/{check['id']}/picture.png")) == (404, "check-not-found")
