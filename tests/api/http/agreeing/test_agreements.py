"""Requests to agree over HTTP: followed, shown, answered by staff, taken back, fetched; and what waits for a person."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from agreements.lifecycle.deciding import Said
from tests.api.http.agreeing.agree_calls import CSV, HERE, PEOPLE, ask, code, make

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service
    from tests.api.usecases.agreeing.agree_world import AgreeWorld

LIST = "/v1/agreements"


@pytest.fixture
def asked(admin: httpx.Client, agree: AgreeWorld) -> list[dict[str, Any]]:
    """Three people who were asked."""
    make(admin)
    return ask(admin, agree)


def items(client: httpx.Client, **query: str) -> list[str]:
    found = client.get(LIST, params=query)
    assert found.status_code == 200, found.text
    return [one["record_id"] for one in found.json()["items"]]


def answer(client: httpx.Client, request: dict[str, Any], said: str, note: str = "by phone") -> httpx.Response:
    return client.post(f"{LIST}/{request['id']}/answer", json={"said": said, "note": note})


def test_requests_are_followed_by_the_cursor(admin: httpx.Client, asked: list[dict[str, Any]]) -> None:
    first = admin.get(LIST, params={"limit": 2}).json()
    second = admin.get(LIST, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["record_id"] for part in (first, second) for one in part["items"]] == ["H-1", "H-2", "H-3"]
    last = second["items"][-1]["updated_at"]
    assert answer(admin, asked[0], "yes").json()["decided"]
    assert items(admin)[-1] == "H-1"
    assert items(admin, updated_after=last)[-1] == "H-1"
    assert items(admin, question="digital-payment", state="agreed") == ["H-1"]
    assert items(admin, record_id="H-2") == ["H-2"]
    assert items(admin, reach="opened") == []
    assert code(admin.get(LIST, params={"question": "nothing"})) == (404, "question-not-found")
    assert code(admin.get(LIST, params={"updated_after": "2026-11-22T13:00:00"})) == (422, "request-invalid")
    assert code(admin.get(LIST, params={"state": "maybe"})) == (422, "request-invalid")
    assert code(admin.get(LIST, params={"cursor": "x"})) == (400, "bad-cursor")


def test_one_is_shown_with_its_messages_and_its_evidence(admin: httpx.Client, asked: list[dict[str, Any]]) -> None:
    story = admin.get(f"{LIST}/{asked[0]['id']}").json()
    assert (story["state"], story["reach"], story["email"], story["phone"]) == (
        *("open", ""),
        *("h1@example.org", "+31612345678"),
    )
    assert story["question"]["question"] == "Wilt u de huur betalen met een link?"
    assert [(one["channel"], one["kind"], one["state"]) for one in story["messages"]] == [
        ("email", "request", "waiting")
    ]
    assert [one["kind"] for one in story["timeline"]] == ["requested", "message-queued"]
    assert all(one["evidence"] and one["digest"].startswith("sha256:") for one in story["timeline"])
    assert code(admin.get(f"{LIST}/agr_none")) == (404, "agreement-not-found")


def test_staff_answer_for_somebody_and_take_it_back(service: Service, asked: list[dict[str, Any]]) -> None:
    with service.client("mailroom") as mailroom:
        once = {"Idempotency-Key": "heard"}
        path, body = f"{LIST}/{asked[0]['id']}/answer", {"said": "yes", "note": "gave the birth date"}
        heard = mailroom.post(path, json=body, headers=once).json()
        assert (heard["decided"], heard["why"], heard["agreement"]["state"]) == (True, "", "agreed")
        assert mailroom.post(path, json=body, headers=once).json() == heard
        last = heard["agreement"]["timeline"][-2]
        assert heard["agreement"]["evidence"] in {one["evidence"] for one in heard["agreement"]["timeline"]}
        assert last["about"]["method"] == "staff-on-phone"
        assert "birth" not in str(heard["agreement"]["timeline"])
        again = answer(mailroom, asked[0], "yes").json()
        assert (again["decided"], again["why"]) == (False, "duplicate")
        assert answer(mailroom, asked[0], "withdraw").json()["agreement"]["state"] == "withdrawn"
        assert answer(mailroom, asked[0], "maybe").status_code == 422
        assert code(answer(mailroom, asked[1], "no", "x" * 501)) == (422, "note-too-long")


def test_a_request_is_taken_back_until_somebody_decided(admin: httpx.Client, asked: list[dict[str, Any]]) -> None:
    path = f"{LIST}/{asked[0]['id']}/cancel"
    assert admin.post(path, json={"note": "moved"}).json()["state"] == "cancelled"
    assert admin.post(path, json={}).json()["messages"][0]["state"] == "dropped"
    assert answer(admin, asked[0], "yes").json()["why"] == "cancelled"
    answer(admin, asked[1], "no")
    assert code(admin.post(f"{LIST}/{asked[1]['id']}/cancel", json={})) == (409, "agreement-decided")


def test_all_of_a_question_are_fetched_as_csv_xlsx_and_json(admin: httpx.Client, asked: list[dict[str, Any]]) -> None:
    answer(admin, asked[0], "yes")
    text = admin.get(f"{HERE}/agreements.csv")
    assert text.headers["content-type"].startswith("text/csv")
    rows = {row["record_id"]: row for row in csv.DictReader(io.StringIO(text.text))}
    assert set(rows) == {"H-1", "H-2", "H-3"}
    assert (rows["H-1"]["state"], rows["H-1"]["how"], rows["H-2"]["state"]) == ("agreed", "staff-on-phone", "open")
    book = load_workbook(io.BytesIO(admin.get(f"{HERE}/agreements.xlsx").content))
    assert [cell.value for cell in book.active[1]] == next(csv.reader(io.StringIO(text.text)))
    assert book.active.max_row == 4
    listed = admin.get(f"{HERE}/agreements.json").json()["items"]
    assert sorted(listed, key=lambda one: str(one["record_id"])) == sorted(
        admin.get(LIST).json()["items"], key=lambda one: str(one["record_id"])
    )
    assert admin.get("/v1/questions/nothing/agreements.csv").status_code == 404
    make(admin, key="another")
    assert admin.get("/v1/questions/another/agreements.json").json() == {"items": []}


def test_an_unclear_answer_waits_and_is_settled_once(
    service: Service, admin: httpx.Client, agree: AgreeWorld, asked: list[dict[str, Any]]
) -> None:
    agree.text("Ja maar niet in december")
    agree.text("Ja", sender="+31699999999")
    with service.client("submitter") as submitter:
        first, second = submitter.get("/v1/unclear").json()["items"]
        assert (first["text"], first["sender"], first["agreement_id"]) == (
            *("Ja maar niet in december", "+31612345678"),
            asked[0]["id"],
        )
        assert code(submitter.post(f"/v1/unclear/{first['id']}/settle", json={"said": "yes"})) == (403, "role-missing")
    assert admin.get("/v1/unclear", params={"question": "digital-payment"}).json()["items"] == [first]
    done = admin.post(f"/v1/unclear/{first['id']}/settle", json={"said": "yes", "note": "called back"}).json()
    assert (done["decided"], done["unclear"]["outcome"]) == (True, "yes")
    assert admin.get(f"{LIST}/{asked[0]['id']}").json()["state"] == "agreed"
    again = admin.post(f"/v1/unclear/{first['id']}/settle", json={"said": "no"})
    assert code(again) == (409, "unclear-settled")
    path = f"/v1/unclear/{second['id']}/settle"
    assert code(admin.post(path, json={"said": "yes"})) == (422, "request-missing")
    assert code(admin.post(path, json={"said": "yes", "agreement_id": "agr_none"})) == (404, "agreement-not-found")
    assert admin.post(path, json={"said": "nothing"}).json()["unclear"]["outcome"] == "nothing"
    assert admin.get("/v1/unclear").json()["items"] == []


def test_a_test_key_acts_on_tests_only(service: Service, agree: AgreeWorld, asked: list[dict[str, Any]]) -> None:
    agree.text("Ja maar")
    with service.client("test") as tester, service.client() as admin:
        (waits,) = admin.get("/v1/unclear").json()["items"]
        assert code(tester.post(f"{LIST}/{asked[0]['id']}/cancel", json={})) == (403, "mode-differs")
        own = make(tester)
        where = f"/v1/questions/{own['id']}"
        tester.post(f"{where}/requests", content=PEOPLE.encode(), headers=CSV)
        agree.run()
        (test,) = tester.get(LIST, params={"question": own["id"], "record_id": "H-1"}).json()["items"]
        settled = {"said": "yes", "agreement_id": test["id"]}
        assert code(admin.post(f"/v1/unclear/{waits['id']}/settle", json=settled)) == (403, "mode-differs")
        assert tester.post(f"{LIST}/{test['id']}/cancel", json={}).json()["mode"] == "test"
    with service.client("other") as other:
        assert other.get(LIST).json()["items"] == []
        assert other.get("/v1/unclear").json()["items"] == []
        for path in ("answer", "cancel"):
            answered = other.post(f"{LIST}/{asked[0]['id']}/{path}", json={"said": "yes"} if path == "answer" else {})
            assert code(answered) == (404, "agreement-not-found")


def test_every_step_goes_to_webhooks_without_personal_data(
    admin: httpx.Client, agree: AgreeWorld, asked: list[dict[str, Any]]
) -> None:
    """What is told: types of events in the journal, from asking to the end."""
    request = agree.request(_row(agree), "H-1")
    assert request is not None
    agree.press(request, Said.YES)
    answer(admin, asked[0], "withdraw")
    answer(admin, asked[1], "no")
    told = {one["type"] for one in admin.get("/v1/events", params={"limit": 1000}).json()["items"]}
    assert {
        *("agreement.requested", "agreement.agreed", "agreement.declined", "agreement.withdrawn"),
        *("preference.set", "preference.ended", "question.new", "question.changed", "question.asking_done"),
        *("message.queued", "asking.new"),
    } <= told


def _row(agree: AgreeWorld) -> Any:  # noqa: ANN401 - a question
    with agree.deps.database.read() as uow:
        return uow.questions.get("org_one", "digital-payment")
