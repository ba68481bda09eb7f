"""What a proof says, to people and to programs, however the request went."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from agreements import verify
from agreements.proof.drawing import Pictures, draw_proof
from agreements.proof.making import SealNote, SealState
from docgen.drawing.raster import open_pdf
from docgen.findings import Refusal
from samples.make_evidence import (
    BUTTONS,
    REQUEST,
    agreed_by_sms,
    agreed_on_page,
    agreed_on_paper,
    agreed_on_phone,
    asked,
    digest,
)
from tests.agreements.time_authority import TimeAuthority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docgen.layouts.theme import Brand


def pages(pdf: bytes) -> list[str]:
    """The words of each page, with single spaces."""
    with open_pdf(pdf) as opened:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in opened]


def words(pdf: bytes) -> str:
    return " ".join(pages(pdf))


def picture(width: int = 900, height: int = 500) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), (200, 220, 240)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("language", "said", "when", "how", "holds"),
    [
        ("nl", "ging akkoord", "2 november 2026, 13.06 uur", "Met de knop", "Dit antwoord geldt."),
        ("en", "agreed", "2 November 2026, 13:06", "With the button", "This answer holds."),
    ],
)
def test_the_first_page_says_who_agreed_to_what_when_and_how(
    brand: Brand, language: str, said: str, when: str, how: str, holds: str
) -> None:
    first = pages(draw_proof(agreed_on_page(language).document(), brand, language))[0]
    for expected in (f"J. de Vries-Jansen {said}", "H-104233", when, "2026-11-02 12:06:00 UTC", how, holds):
        assert expected in first
    assert BUTTONS[language][0] in first
    assert brand.legal_name in first


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_page_of_which_there_is_no_picture_is_drawn_again_and_says_so(brand: Brand, language: str) -> None:
    document, said = agreed_on_page(language).document(), {"nl": "opnieuw getekend", "en": "drawn again"}[language]
    drawn, pictured = (words(draw_proof(document, brand, language, one)) for one in (None, Pictures(page=picture())))
    assert said in drawn
    assert said not in pictured
    for label in BUTTONS[language]:
        assert drawn.count(label) > pictured.count(label)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_event_and_digest_is_there(brand: Brand, language: str) -> None:
    chain = agreed_on_page(language)
    chain.checkpoint()
    found = words(draw_proof(chain.document(), brand, language)).replace(" ", "")
    for event in chain.events:
        assert event.digest.removeprefix("sha256:") in found
    checkpoint = chain.stamps[0].checkpoint
    for one in (checkpoint.root, checkpoint.digest):
        assert one.removeprefix("sha256:") in found


def test_the_attached_file_is_the_evidence_and_the_checker_finds_it(brand: Brand) -> None:
    document = agreed_on_page().document()
    pdf = draw_proof(document, brand, "nl")
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert opened.attachments["evidence.json"].get_file().read_bytes() == document
        (spec,) = opened.Root.AF
        assert spec.AFRelationship == "/Source"
    assert verify.attached(pdf) == document
    assert verify.check(pdf).findings == []


def test_the_same_values_give_the_same_bytes(brand: Brand) -> None:
    document, pictures = agreed_on_paper().document(), Pictures(slip=picture())
    assert draw_proof(document, brand, "nl", pictures) == draw_proof(document, brand, "nl", pictures)


def _content(pdf: bytes) -> Iterator[bytes]:
    """Every byte of the file, and of its streams as they are without filters."""
    yield pdf
    with pikepdf.open(BytesIO(pdf)) as opened:
        for one in opened.objects:
            if isinstance(one, pikepdf.Stream) and one.get("/Filter") != "/DCTDecode":
                yield one.read_bytes()


def test_nothing_names_the_service_or_a_tool(brand: Brand) -> None:
    pdf = draw_proof(agreed_on_page().document(), brand, "nl", Pictures(page=picture()))
    tools = re.compile(rb"posthoorn|reportlab|pyhanko|pikepdf|qpdf|svglib|lcms", re.IGNORECASE)
    for content in _content(pdf):
        assert not tools.search(content)
        assert not tools.search(content.replace(b"\0", b""))
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert set(opened.docinfo) == {"/Title", "/Author", "/CreationDate", "/ModDate"}
        assert str(opened.docinfo["/Author"]) == brand.legal_name


def test_the_document_is_tagged_titled_and_outlined(brand: Brand) -> None:
    pdf = draw_proof(agreed_on_page("en").document(), brand, "en", Pictures(page=picture()))
    with pikepdf.open(BytesIO(pdf)) as opened:
        root = opened.Root
        assert str(root.Lang) == "en"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(opened.docinfo["/Title"]).startswith("J. de Vries-Jansen agreed")
        with opened.open_outline() as outline:
            assert [item.title for item in outline.root][:3] == [
                "Proof of an answer",
                "How sure is this?",
                "What was asked",
            ]
        numbers = root.StructTreeRoot.ParentTree.Nums
        for at, page in enumerate(opened.pages):
            content = page.Contents.read_bytes()
            ids = [int(found) for found in re.findall(rb"/MCID (\d+)>> BDC", content)]
            assert ids == list(range(len(numbers[2 * at + 1])))
            assert content.count(b" BDC") + content.count(b" BMC") == content.count(b" EMC")
            assert all(line.startswith((b"/Artifact", b"/")) and line.endswith(b"EMC") for line in content.split(b"\n"))


def test_fonts_are_embedded(brand: Brand, rural: Brand) -> None:
    for house in (brand, rural):
        with pikepdf.open(BytesIO(draw_proof(agreed_by_sms("Ja 👍").document(), house, "nl"))) as opened:
            fonts = [
                one for one in opened.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font"
            ]
            assert fonts
            assert all("/FontFile2" in font.FontDescriptor for font in fonts)


def test_a_text_message_is_literal_and_signs_without_a_font_are_codes(brand: Brand, rural: Brand) -> None:
    chain = agreed_by_sms("Ja hoor 👍🏽\r\n  oma Nguyễn ﷽")
    for house in (brand, rural):
        found = words(draw_proof(chain.document(), house, "nl"))
        assert "Ja hoor [U+1F44D][U+1F3FD]" in found
        assert "oma" in found
        assert "Met een sms" in found
        assert "+316****678" in found
        assert "612345678" not in found


def test_a_slip_is_shown_or_named_by_its_digest(brand: Brand) -> None:
    document = agreed_on_paper("en").document()
    shown = draw_proof(document, brand, "en", Pictures(slip=picture(2480, 1400)))
    with pikepdf.open(BytesIO(shown)) as opened:
        images = [one for one in opened.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]
        assert [(int(one.Width), int(one.Height)) for one in images] == [(1500, 847)]
        figures = [one for one in opened.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"]
        assert [str(one.Alt) for one in figures] == ["Picture of the reply slip as it was filled in"]
    assert digest("slip").removeprefix("sha256:") in words(draw_proof(document, brand, "en")).replace(" ", "")


def test_staff_are_named_and_a_withdrawal_changes_what_holds(brand: Brand) -> None:
    found = words(draw_proof(agreed_on_phone().document(), brand, "nl"))
    assert "J. de Vries-Jansen trok het antwoord in" in found
    assert "Ja op 2 november 2026" in found
    assert "M. Bakker heeft aan de telefoon gehoord" in found
    assert "Dit antwoord telde niet: hetzelfde antwoord was er al." in found
    assert "Ingetrokken op 6 november 2026" in found


def test_what_was_deleted_is_gone_and_said_to_be(brand: Brand) -> None:
    chain = agreed_by_sms("Ja graag, groet Jan")
    chain.forget(*range(1, 9))
    pdf = draw_proof(chain.document(), brand, "en")
    found = words(pdf)
    for personal in (b"Vries", b"example.nl/a", b"j.devries", b"61234", b"groet Jan", b"***"):
        assert personal not in b"".join(_content(pdf)), personal
    assert "The recipient agreed" in found
    assert "The name is no longer in the data." in found
    assert found.count("deleted on 2 November 2027") == 8
    assert verify.check(pdf).findings == []


@pytest.mark.parametrize(("kind", "says"), [("expired", "did not answer in time"), ("cancelled", "was taken back")])
def test_a_request_without_an_answer_says_so(brand: Brand, kind: str, says: str) -> None:
    chain = asked("en")
    chain.add(kind, {"request": REQUEST, "names": 2, "by": "usr_beheer"}, hours=24 * 31)
    found = pages(draw_proof(chain.document(), brand, "en"))[0]
    assert says in found
    assert "There is no answer" in found
    assert "Answers are taken until 2 December 2026" in found


def test_an_open_request_has_a_record(brand: Brand) -> None:
    assert "has not answered yet" in pages(draw_proof(asked("en").document(), brand, "en"))[0]


def test_a_person_who_settled_an_answer_is_named(brand: Brand) -> None:
    chain = asked("en", road="sms")
    hidden = {"from": chain.hide("+31612345678"), "raw": chain.hide("Yes but only on weekdays")}
    seq = chain.add("unclear", {"request": REQUEST, "channel": "sms", "why": "more-than-a-word", **hidden})
    chain.add("settled-by-person", {"request": REQUEST, "names": seq, "answer": "no", "by": "usr_anna"})
    found = words(draw_proof(chain.document(), brand, "en"))
    for expected in ("did not agree", "by usr_anna", "Staff explained the message as: no", "Yes but only on weekdays"):
        assert expected in found


def test_evidence_that_does_not_hold_is_not_shown_as_if_it_did(brand: Brand) -> None:
    document = agreed_on_page("en").document()
    changed = document.replace(b'"guess":"scanner"', b'"guess":"unknown"')
    assert changed != document
    first = pages(draw_proof(changed, brand, "en"))[0]
    assert "This proof does not hold" in first
    assert "J. de Vries-Jansen agreed" not in first
    assert "This file does not hold, from event 6 on" in first
    assert "Do not rely on this proof" in first


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (SealState.NONE, "This document is not sealed."),
        (SealState.SEALED, "with a time stamp of another party"),
        (SealState.WITHOUT_TIMESTAMP, "gave no answer (time-stamp-unreachable)"),
        (SealState.NOT_SEALED, "could not be sealed (time-stamp-unreachable)"),
    ],
)
def test_the_state_of_the_seal_is_on_the_first_and_the_last_page(brand: Brand, state: SealState, says: str) -> None:
    note = SealNote(state, "time-stamp-unreachable")
    found = pages(draw_proof(agreed_on_page("en").document(), brand, "en", note=note))
    assert says in found[0]
    assert says in found[-1]
    assert "It is not the signature of the recipient." in found[-1]


def test_tests_are_called_tests(brand: Brand) -> None:
    chain = agreed_on_page()
    chain.name = "org_grachtstad/test"
    other = type(chain)("org_grachtstad/test", annexes=chain.annexes)
    for event in chain.events:
        other.add(event.kind, dict(event.body or {}), subject=event.subject)
    assert "TEST: dit bewijs komt uit de testomgeving" in pages(draw_proof(other.document(), brand, "nl"))[0]


def test_long_names_and_texts_take_more_pages_and_lose_nothing(rural: Brand) -> None:
    name = " ".join(["Wilhelmina-Catharina", "van den Bergh tot Oudshoorn"] * 6)
    chain = agreed_by_sms("x" * 700 + " einde", name=name)
    found = pages(draw_proof(chain.document(), rural, "nl"))
    assert name + " ging akkoord" in found[0]
    assert "".join(found).count("x") > 1_300
    assert len(found) < 9


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format":"agreement-evidence/1","holds":"chain"}',
        b'{"format":"agreement-evidence/1","holds":"request"}',
    ],
)
def test_what_is_no_evidence_is_refused(brand: Brand, document: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        draw_proof(document, brand, "nl")
    assert refused.value.code == "proof-evidence-invalid"


JUNK = (None, 0, -1, True, "", [], {}, "x", 1.5, [1], {"annex": 5}, "\ud800", "9999-12-31T23:59:59Z", 10**20)


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_whatever_a_file_says_it_is_drawn_or_refused(brand: Brand, data: st.DataObject) -> None:
    value = json.loads(agreed_by_sms("Ja").document())
    node: Any = value
    while isinstance(node, dict | list) and node:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or data.draw(st.integers(0, 3)) == 0:
            node[key] = data.draw(st.sampled_from(JUNK))
            break
        node = node[key]
    try:
        draw_proof(json.dumps(value).encode(), brand, "nl")
    except Refusal as refused:
        code = refused.code
    else:
        code = "proof-evidence-invalid"
    assert code == "proof-evidence-invalid"


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_what_is_no_picture_is_refused(brand: Brand, data: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        draw_proof(agreed_on_paper().document(), brand, "nl", Pictures(slip=data))
    assert refused.value.code == "proof-picture-invalid"


def test_a_language_without_words_is_refused(brand: Brand) -> None:
    with pytest.raises(Refusal) as refused:
        draw_proof(asked().document(), brand, "fr")
    assert refused.value.code == "language-unknown"


def test_many_fetches_are_told_as_one_and_tables_go_on_under_their_head(brand: Brand) -> None:
    chain = agreed_on_page("en")
    for _ in range(40):
        chain.add("link-fetched", {"request": REQUEST, "guess": "person"})
    found = pages(draw_proof(chain.document(), brand, "en"))
    assert "Page opened 40 times" in " ".join(found)
    assert "40 times: Probably by a person." in " ".join(found)
    with_head = [page for page in found if "No. Time (UTC) Event Digest (SHA-256)" in page]
    assert len(with_head) > 1


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TimeAuthority:
    return TimeAuthority(tmp_path_factory.mktemp("tsa"))


def test_a_time_stamp_says_when_and_by_whom(brand: Brand, authority: TimeAuthority) -> None:
    chain = agreed_on_page("en")
    chain.checkpoint()
    stamp = authority.stamp(chain.stamps[0].checkpoint.document())
    chain.stamps[0] = chain.stamps[0]._replace(stamp=stamp)
    found = pages(draw_proof(chain.document(), brand, "en"))
    assert "All events are covered by a time stamp of another party, the last of" in found[0]
    assert "UTC by Tijd" in " ".join(found)


def test_a_time_stamp_of_something_else_is_not_taken_for_one(brand: Brand, authority: TimeAuthority) -> None:
    chain = agreed_on_page("en")
    chain.checkpoint()
    chain.stamps[0] = chain.stamps[0]._replace(stamp=authority.stamp(b"something else"))
    found = pages(draw_proof(chain.document(), brand, "en"))
    assert "Beware: a time stamp does not belong to its checkpoint." in found[0]
    assert "Does not belong to this checkpoint" in " ".join(found)


def test_events_after_the_last_checkpoint_are_said_to_be_uncovered(brand: Brand, authority: TimeAuthority) -> None:
    chain = asked("en")
    chain.checkpoint()
    stamp = authority.stamp(chain.stamps[0].checkpoint.document())
    chain.stamps[0] = chain.stamps[0]._replace(stamp=stamp)
    chain.add("reminded", {"request": REQUEST, "names": 2})
    assert "5 of 6 events are covered by a time stamp" in pages(draw_proof(chain.document(), brand, "en"))[0]


@pytest.mark.parametrize("stamp", [b"no stamp", bytes.fromhex("3005300302010230"), b"0\x03\x02\x01\x00"])
def test_what_is_no_time_stamp_is_not_taken_for_one(brand: Brand, stamp: bytes) -> None:
    chain = asked("en")
    chain.checkpoint()
    chain.stamps[0] = chain.stamps[0]._replace(stamp=stamp)
    first = pages(draw_proof(chain.document(), brand, "en"))[0]
    assert "Beware: a time stamp does not belong to its checkpoint." in first
