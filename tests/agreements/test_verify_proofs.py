from __future__ import annotations

import json

import pytest

from agreements import verify
from agreements.evidence.canonical import digest_of
from tests.agreements.checked import bad, changed_event, proof_of
from tests.agreements.evidence.stories import again, told


def test_the_proof_of_a_request_holds_with_the_bodies_of_others_left_out() -> None:
    report = verify.check(proof_of(told(50), "agr_0005").document())
    assert not report.findings
    assert (report.events, report.anchored, report.complete) == (5, 5, False)
    assert [one["state"] for one in report.decisions] == ["withdrawn"]
    assert any("whether the request has others" in remark for remark in report.remarks)


def test_with_all_links_it_shows_that_nothing_is_missing() -> None:
    report = verify.check(proof_of(told(50), "agr_0005", links=True).document())
    assert not report.findings
    assert (report.events, report.anchored, report.complete) == (50, 40, True)
    assert not any("whether the request has others" in remark for remark in report.remarks)


def test_a_change_in_a_proof_shows_at_its_event() -> None:
    document = proof_of(told(50), "agr_0005").value()
    for at, seq in enumerate((1, 14, 15, 16, 17)):
        for name in ("at", "subject", "kind", "digest", "chain"):
            changed = json.loads(json.dumps(document))
            changed["events"][at][name] = changed["events"][at][name].replace("0", "9") + " "
            assert bad(verify.canon(changed).encode())[0] == seq


def test_an_event_that_was_written_anew_is_not_under_the_checkpoint() -> None:
    teller = told(50)
    proof = proof_of(teller, "agr_0005")
    changed = [
        changed_event(event, roads=["sms-link"]) if event.kind == "requested" else event for event in proof.events
    ]
    assert changed[1] != proof.events[1]
    first, codes = bad(proof._replace(events=tuple(changed)).document())
    assert (first, codes) == (15, ["prev-differs"])
    alone = proof._replace(events=(changed[0], *again(changed[1:], 0)), paths=proof.paths[:2])
    assert "path-differs" in bad(alone._replace(events=(changed[0], changed[1])).document())[1]


@pytest.mark.parametrize("change", ["steps", "checkpoint", "seq"])
def test_a_path_leads_to_the_root_of_its_checkpoint_or_nowhere(change: str) -> None:
    proof = proof_of(told(50), "agr_0005")
    path = proof.paths[1]
    other = {
        "steps": path._replace(steps=(*path.steps[:-1], digest_of(b"else"))),
        "checkpoint": path._replace(checkpoint=9),
        "seq": path._replace(seq=33),
    }[change]
    assert bad(proof._replace(paths=(other,)).document())[1] == ["path-differs"]


def test_annexes_that_are_shown_are_what_the_events_refer_to() -> None:
    teller = told(50)
    names = [name for name, annex in teller.annexes.items() if annex.value == "agr_0005@huurder.example"]
    proof = proof_of(teller, "agr_0005", shown=names)
    report = verify.check(proof.document())
    assert (report.findings, report.annexes["shown"]) == ([], 1)
    swapped = (proof.annexes[0]._replace(value="a.ander@huurder.example"),)
    first, codes = bad(proof._replace(annexes=swapped).document())
    assert (first, codes) == (14, ["annex-differs"])
