"""Questions over HTTP: made, looked at beforehand, asked, followed, closed; who may, and nothing of another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from api.adapters.fakes import FakeChannels
from api.ports import ChannelKind, ChannelSetup
from api.usecases import idempotency
from tests.api.http.agreeing.agree_calls import CSV, HERE, PEOPLE, QUESTION, code, make
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service
    from tests.api.usecases.agreeing.agree_world import AgreeWorld

REQUESTS = f"{HERE}/requests"


def test_a_question_is_made_shown_changed_and_closed(admin: httpx.Client) -> None:
    once = {"Idempotency-Key": "once"}
    answer = admin.post("/v1/questions", json=QUESTION, headers=once)
    made = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/v1/questions/{made['id']}")
    assert (made["state"], made["version"], made["mode"], made["mail"], made["sms"]) == (
        *("draft", 1, "live"),
        *("mail", "sms"),
    )
    assert made["wordings"]["nl"]["explanation"] == "De borg is geïnd."
    assert made["reminders"] == {
        "after_days": [7, 14],
        "quiet": {"from_hour": 20, "until_hour": 8, "sundays": True, "zone": "Europe/Amsterdam"},
    }
    assert admin.post("/v1/questions", json=QUESTION, headers=once).json() == made
    assert code(admin.post("/v1/questions", json=QUESTION)) == (409, "question-is-draft")
    changed = admin.put(HERE, json=QUESTION | {"valid_days": 60, "key": "its-key-stays"}).json()
    assert (changed["valid_days"], changed["key"], changed["revision"]) == (60, "digital-payment", 2)
    shown = admin.get(f"/v1/questions/{made['id']}").json()
    assert (shown["counts"]["asked"], shown["askings"]) == (0, [])
    assert [one["id"] for one in admin.get("/v1/questions").json()["items"]] == [made["id"]]
    assert admin.post(f"{HERE}/close").json()["state"] == "closed"
    assert admin.post(f"{HERE}/close").json()["state"] == "closed"
    assert code(admin.post(REQUESTS, content=PEOPLE.encode(), headers=CSV)) == (409, "question-closed")
    assert code(admin.put(HERE, json=QUESTION)) == (409, "question-frozen")
    assert make(admin)["version"] == 2


def interrupted(agree: AgreeWorld, route: str, made: str) -> None:
    """The work of a request with a key was done, and the process died before its answer was kept."""
    with agree.deps.database.write() as uow:
        probe = idempotency.StoredAnswer(ORG, "a-key", f"POST {route}", "", agree.deps.clock.now())
        stored = uow.answers.begin(probe)
        assert stored is not None
        uow.answers.finish(replace(stored, status=None, body=made.encode()))
    agree.wait(seconds=idempotency.ABANDONED_AFTER.total_seconds() + 1)


def test_after_a_crash_what_was_made_is_found_and_not_made_again(admin: httpx.Client, agree: AgreeWorld) -> None:
    once = {"Idempotency-Key": "a-key"}
    made = admin.post("/v1/questions", json=QUESTION, headers=once).json()
    interrupted(agree, "/v1/questions", made["id"])
    assert admin.post("/v1/questions", json=QUESTION, headers=once).json() == made
    sent = admin.post(REQUESTS, content=PEOPLE.encode(), headers=CSV | once)
    interrupted(agree, REQUESTS, sent.json()["asking"]["id"])
    again = admin.post(REQUESTS, content=PEOPLE.encode(), headers=CSV | once)
    assert (again.status_code, again.json()["asking"]) == (202, sent.json()["asking"])
    assert len(admin.get(HERE).json()["askings"]) == 1


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"key": "No Key"}, 422, "question-key-invalid"),
        ({"verb": "swear"}, 422, "request-invalid"),
        ({"verb": "consent"}, 422, "consent-one-purpose"),
        ({"roads": []}, 422, "question-without-road"),
        ({"wordings": {}}, 422, "question-without-words"),
        ({"wordings": {"nl": {}}}, 422, "question-words-missing"),
        ({"mail": "fax"}, 422, "question-channel-missing"),
        ({"preference": {"name": "pay", "value": "direct-debit"}}, 422, "mandate-missing"),
        ({"name": ""}, 422, "question-name-invalid"),
        ({"brand": "nothing"}, 404, "brand-not-found"),
        ({"campaign": "nothing"}, 404, "campaign-not-found"),
        ({"colour": "red"}, 422, "request-invalid"),
    ],
)
def test_what_is_wrong_with_a_question_is_said(
    admin: httpx.Client, change: dict[str, object], status: int, said: str
) -> None:
    answer = admin.post("/v1/questions", json=QUESTION | change)
    assert answer.status_code == status
    assert said in {answer.json()["code"], *(one["code"] for one in answer.json()["findings"])}


def preview(client: httpx.Client, where: str = HERE, **wanted: object) -> Any:  # noqa: ANN401 - any JSON
    answer = client.post(f"{where}/preview", json=wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_preview_shows_mail_text_and_page_in_each_language(admin: httpx.Client, agree: AgreeWorld) -> None:
    made = make(admin)
    dutch, english = preview(admin, name="Mevrouw De Vries")["languages"]
    assert (dutch["language"], english["language"]) == ("nl", "en")
    assert "Mevrouw De Vries" in dutch["mail"]["text"]
    assert "cid:" not in dutch["mail"]["html"]
    assert (dutch["mail"]["subject"], english["mail"]["subject"]) == ("Betalen met een link", "Pay with a link")
    assert "asked: Wilt u de huur betalen met een link?" in dutch["page"].splitlines()
    assert ("STOP" in dutch["sms"]["text"], "JA" in dutch["sms"]["text"]) == (True, True)
    assert english["sms"]["price"] is None
    confirmed = preview(admin, kind="confirmation")["languages"][0]
    assert "Ja, graag" in confirmed["mail"]["text"]
    assert [event.name for event in agree.events(made["id"])] == ["question-new"]


def test_a_preview_of_what_is_not_kept_says_what_is_wrong_and_what_it_costs(
    service: Service, agree: AgreeWorld
) -> None:
    sms = ChannelSetup(ORG, "sms", ChannelKind.SMS, "+3197012345678", part_price=75)
    service.app.state.deps = replace(agree.deps, channels=FakeChannels(sms))
    wrong = QUESTION | {"roads": ["email", "sms-keyword"], "valid_days": 10**9}
    with service.client("approver") as client:
        found = preview(client, "/v1/questions", question=wrong, code="4711")
        assert {one["code"] for one in found["findings"]} == {"question-channel-missing", "question-days-invalid"}
        dutch, english = (one["sms"] for one in found["languages"])
        # nobody can read it elsewhere, so the explanation with its dear sign is in the message
        assert (dutch["encoding"], dutch["dear"]) == ("ucs-2", [{"sign": "ï", "count": 1, "instead": "i"}])
        assert (english["encoding"], english["dear"]) == ("gsm-7", [])
        assert dutch["price"] == f"{dutch['parts'] * 75 / 1000:.3f}"
        assert "4711" in dutch["text"]
        cheap = preview(client, "/v1/questions", question=wrong | {"transliterate": True})["languages"][0]["sms"]
        assert (cheap["encoding"], cheap["dear"]) == ("gsm-7", [])
        assert client.get("/v1/questions").json()["items"] == []
        nothing = preview(client, "/v1/questions", question=QUESTION | {"wordings": {}})
        assert nothing["languages"] == []


def test_people_are_checked_asked_once_and_followed(admin: httpx.Client, agree: AgreeWorld) -> None:
    make(admin)
    checked = admin.post(REQUESTS, content=PEOPLE.encode(), headers=CSV, params={"check": "true"})
    assert (checked.status_code, checked.json()["people"], checked.json()["applied"]) == (200, 3, False)
    assert checked.json()["asking"] is None
    assert admin.get(HERE).json()["state"] == "draft"
    once = {"Idempotency-Key": "people", **CSV}
    sent = admin.post(REQUESTS, content=PEOPLE.encode(), headers=once)
    asking = sent.json()["asking"]
    assert (sent.status_code, asking["state"], asking["total"], asking["done"]) == (202, "asking", 3, 0)
    assert admin.post(REQUESTS, content=PEOPLE.encode(), headers=once).json() == sent.json()
    agree.run()
    followed = admin.get(sent.headers["Location"]).json()
    assert (followed["state"], followed["done"], followed["made"]) == ("done", 3, 3)
    again = admin.post(REQUESTS, content=PEOPLE.encode(), headers=CSV)
    agree.run()
    assert admin.get(again.headers["Location"]).json()["made"] == 0
    shown = admin.get(HERE).json()
    assert (shown["state"], shown["counts"]["asked"], shown["counts"]["open"]) == ("frozen", 3, 3)
    assert [one["id"] for one in shown["askings"]] == [again.json()["asking"]["id"], asking["id"]]
    assert code(admin.post(f"{HERE}/askings/{asking['id']}/stop")) == (409, "asking-over")
    assert code(admin.get(f"{HERE}/askings/ask_none")) == (404, "asking-not-found")
    assert code(admin.put(HERE, json=QUESTION)) == (409, "question-frozen")


def test_asking_can_wait_and_be_stopped(admin: httpx.Client, agree: AgreeWorld) -> None:
    make(admin)
    people = [{"record_id": "H-1", "email": "h1@example.org"}]
    later = {"not_before": "2030-01-01T09:00:00+01:00"}
    sent = admin.post(REQUESTS, json=people, params=later)
    assert sent.json()["asking"]["not_before"] == "2030-01-01T08:00:00.000Z"
    stopped = admin.post(f"{sent.headers['Location']}/stop").json()
    assert (stopped["state"], stopped["done"]) == ("stopped", 0)
    agree.run()
    assert admin.get(HERE).json()["counts"]["asked"] == 0
    wrong = admin.post(REQUESTS, json=people, params={"not_before": "2030-01-01T09:00:00"})
    assert code(wrong) == (422, "request-invalid")


def test_a_faulty_list_asks_nobody_unless_it_may(admin: httpx.Client, agree: AgreeWorld) -> None:
    make(admin, roads=["email", "sms-link"])
    text = PEOPLE + "H-4;nl;;not an address;\nH-1;nl;;h9@example.org;\n"
    refused = admin.post(REQUESTS, content=text.encode(), headers=CSV)
    assert code(refused) == (422, "people-invalid")
    assert {"person-without-road", "record-id-duplicate"} <= {one["code"] for one in refused.json()["findings"]}
    assert admin.get(HERE).json()["state"] == "draft"
    taken = admin.post(REQUESTS, content=text.encode(), headers=CSV, params={"policy": "valid_only"}).json()
    assert (taken["rows"], taken["people"], taken["invalid"]) == (5, 3, 2)
    agree.run()
    assert admin.get(HERE).json()["counts"]["asked"] == 3
    empty = admin.post(REQUESTS, content=b"record_id;email\nH-9;no\n", headers=CSV, params={"policy": "valid_only"})
    assert code(empty) == (422, "people-none")
    assert code(admin.post(REQUESTS, content=b"x", headers={"Content-Type": "text/plain"})) == (
        *(415, "media-type-unsupported"),
    )


def test_a_list_may_be_long(admin: httpx.Client) -> None:
    make(admin)
    text = "record_id;email\n" + "".join(f"H-{number};h{number}@example.org\n" for number in range(4000))
    assert len(text) > 1 << 16
    checked = admin.post(REQUESTS, content=text.encode(), headers=CSV, params={"check": "true"})
    assert checked.json()["people"] == 4000


def test_each_role_does_its_own_and_a_test_key_only_tests(service: Service) -> None:
    with service.client("mailroom") as mailroom, service.client("submitter") as submitter:
        assert code(mailroom.post("/v1/questions", json=QUESTION)) == (403, "role-missing")
        live = make(submitter)
        assert mailroom.get(HERE).status_code == 200
        assert code(mailroom.post(REQUESTS, content=PEOPLE.encode(), headers=CSV)) == (403, "role-missing")
    with service.client("test") as tester, service.client("print_room") as print_room:
        assert code(print_room.get("/v1/questions")) == (403, "role-missing")
        for path in ("close", "requests", "preview"):
            answer = tester.post(f"/v1/questions/{live['id']}/{path}", content=b"{}", headers=CSV)
            assert code(answer) == (403, "mode-differs"), path
        made = make(tester)
        assert (made["mode"], made["version"]) == ("test", 1)
        sent = tester.post(f"/v1/questions/{made['id']}/requests", content=PEOPLE.encode(), headers=CSV)
        assert sent.status_code == 202
    with service.client("other") as other:
        assert code(other.get(f"/v1/questions/{live['id']}")) == (404, "question-not-found")
        assert other.get("/v1/questions").json()["items"] == []
