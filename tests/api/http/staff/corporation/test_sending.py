"""From a table of one's own to letters that are approved: nothing goes that nobody looked at."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import openpyxl
import pytest

from api.ports import JobState, PackageKind, Role, Rules
from api.usecases import mail_runs, print_room, results, rules
from tests.api.http.staff.corporation.sending import (
    HEAD,
    JOBS,
    check,
    checked,
    columns,
    numbers,
    row,
    send,
    table,
    upload,
)
from tests.api.usecases.world import ORG, as_json, record, sample

if TYPE_CHECKING:
    from tests.api.http.staff.browser import Browser, Staff
    from tests.api.usecases.world import World


def four_eyes(world: World) -> None:
    weekdays = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "17:00")
    schedule = {"timezone": "Europe/Amsterdam", "times": weekdays}
    rules.set_rules(world.deps, Rules(ORG, four_eyes=True, cut_offs=schedule))


def to_the_cut_off(world: World) -> None:
    world.deps.clock.advance(timedelta(days=4).total_seconds())  # type: ignore[attr-defined] # a fake
    world.run()


@pytest.fixture
def known(sam: Browser, world: World) -> Browser:
    """Sam, who has chosen the columns before."""
    upload(sam, table(row(1)))
    check(sam, world, f13="6", decimal_comma="yes")
    return sam


def test_columns_are_chosen_by_name_and_remembered(sam: Browser, world: World) -> None:
    upload(sam, table(row(1), row(2)))
    assert columns(sam) == {
        "Key of the record": "Klantnummer",
        "Name on the envelope": "Naam huurder",
        "Street": "Straat",
        "House number": "Huisnr",
        "Postcode": "Postcode",
        "Town": "Plaats",
    }
    assert "Mevrouw Jansen" in sam.text
    (draft,) = [each for each in sam.actions() if "draft" in each]
    sam.send(draft)
    assert sam.answer.status_code == 422
    assert "Choose a column for: amount" in sam.text
    assert columns(sam)["Street"] == "Straat"
    check_id = check(sam, world, f13="6", decimal_comma="yes")
    assert world.job(check_id).state is JobState.ACCEPTED, world.findings(check_id)
    upload(sam, table(row(3)))
    assert columns(sam)["amount"] == "Saldo"
    assert "As you chose the last time" in sam.text
    assert sam.page.get_element_by_id("decimal_comma").checked


def test_what_goes_in_each_envelope_besides_is_kept_from_the_first_page_to_the_last(
    known: Browser, world: World
) -> None:
    check_id = checked(known, world, row(1), **{"insert-flyer-a5": "yes"})
    assert world.job(check_id).rules["inserts"] == "flyer-a5"
    title = world.deps.equipment.profiles.inserts["flyer-a5"].title
    assert f"In each envelope besides: {title}" in known.get(f"{JOBS}/{check_id}").text
    job_id = send(known, check_id)
    assert world.job(job_id).rules["inserts"] == "flyer-a5"
    assert f"In each envelope besides: {title}" in known.text
    known.get(f"{JOBS}/new?after={job_id}")
    assert known.page.get_element_by_id("insert-flyer-a5").checked
    assert not known.page.get_element_by_id("insert-reply-envelope").checked


def test_a_check_prints_nothing_and_is_sent_once(known: Browser, world: World) -> None:
    four_eyes(world)
    check_id = checked(known, world, row(1), row(2), row(3))
    assert numbers(known.get(f"{JOBS}/{check_id}"))["right"] == "3"
    assert world.pieces(check_id) == ()
    job_id = send(known, check_id)
    assert job_id != check_id, known.text
    assert "The letters are sent" in known.text
    world.run()
    assert len(world.pieces(job_id)) == 3
    again = known.get(f"{JOBS}/{check_id}")
    assert "cannot be sent a second time" in again.text
    assert f"{JOBS}/{check_id}/send" not in again.actions()


def test_sending_twice_with_one_form_or_two_makes_one_print_job(known: Browser, world: World) -> None:
    check_id = checked(known, world, row(1))
    url = f"{JOBS}/{check_id}"
    first = known.get(url).raw(f"{url}/send", sure="yes")
    again = known.raw(f"{url}/send", sure="yes")
    assert first.url.path == again.url.path != url
    # another tab, opened before
    (fresh,) = known.get(f"{JOBS}/new").page.xpath("//form[@action='/staff/jobs/new']//input[@name='key']/@value")
    known.answer = first
    token = known.get(url).fields("/staff/logout")["csrf"]
    answer = known.client.post(f"{url}/send", data={"csrf": token, "key": fresh, "sure": "yes"})
    assert answer.status_code == 422
    assert "sent before" in answer.text


def test_a_check_with_faults_shows_each_beside_its_record_or_its_letter(known: Browser, world: World) -> None:
    rows = [row(1), row(2, Postcode="12345"), row(3, Naamhuurder="=SOM(A1)"), row(4, Saldo="veel")]
    # no face has these signs: the letter can be seen, but not be printed
    upload(known, table(*rows, row(5, Opmerking="漢字")))
    check_id = check(known, world, f14="7")
    assert world.job(check_id).state is JobState.REJECTED
    known.get(f"{JOBS}/{check_id}/findings")
    for where in ("row 3, column Postcode", "row 4, column Naam huurder", "row 5, column Saldo", "row 6"):
        assert where in known.text
    wrong = [" ".join(each.text_content().split()) for each in known.page.xpath("//tr[@class='wrong']")]
    columns_named = [each.text_content() for each in known.page.xpath("//tr[@class='wrong']//span[@class='under']")]
    assert columns_named == ["your column Postcode", "your column Naam huurder", "your column Saldo"]
    assert "12345 wrong" in wrong[0]
    (picture,) = known.page.xpath("//a[@class='shot']/img/@src")
    assert known.client.get(picture).content.startswith(b"\x89PNG")
    known.get(f"{JOBS}/{check_id}/findings", code="address-postcode-invalid")
    assert [each.text_content() for each in known.page.xpath("//article//h2")] == ["Letter 2: Mevrouw Özdemir"]
    content = known.client.get(f"{JOBS}/{check_id}/findings.csv").content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(content), delimiter=";"))
    assert [line["record"] for line in lines] == ["2", "3", "4", "5"]
    assert not [value for line in lines for value in line.values() if value.startswith(("=", "@", "+", "-"))]


def test_findings_come_ten_records_at_a_time(known: Browser, world: World) -> None:
    check_id = checked(known, world, *[row(number, Postcode="12345") for number in range(1, 24)])
    seen = []
    known.get(f"{JOBS}/{check_id}/findings")
    for _ in range(3):
        assert len(known.answer.content) < 60_000
        seen += [each.get("id") for each in known.page.xpath("//article")]
        following = known.page.xpath("//a[@rel='next']/@href")
        known.get(following[0]) if following else None
    assert seen == [f"r{number}" for number in range(1, 24)]


def test_only_those_that_are_right_go_when_somebody_says_so(known: Browser, world: World) -> None:
    check_id = checked(known, world, row(1), row(2, Postcode="12345"), row(3))
    known.get(f"{JOBS}/{check_id}").send(f"{JOBS}/{check_id}/send", sure="")
    assert known.answer.status_code == 422
    assert "Tick the box" in known.text
    job_id = send(known, check_id)
    world.run()
    assert [piece.record_id for piece in world.pieces(job_id)] == ["K0001", "K0003"]


def test_a_corrected_file_keeps_what_was_chosen(known: Browser, world: World) -> None:
    upload(known, table(row(1, Postcode="12345")), title="Huur december", mode="test", policy="valid_only")
    check_id = check(known, world)
    known.get(f"{JOBS}/new", after=check_id)
    fields = known.fields(f"{JOBS}/new")
    assert (fields["title"], fields["mode"], fields["policy"]) == ("Huur december", "test", "valid_only")
    assert (fields["template"], fields["brand"]) == ("tpl_note", "brd_grachtstad")


def test_the_same_file_sent_again_is_noticed(known: Browser, world: World) -> None:
    send(known, checked(known, world, row(7)))
    again = checked(known, world, row(7))
    assert "This very file was sent before" in known.get(f"{JOBS}/{again}").text


def test_of_several_templates_none_is_chosen_by_itself(sam: Browser, world: World) -> None:
    assert sam.get(f"{JOBS}/new").page.xpath("//input[@name='template'][@checked]/@value") == ["tpl_note"]
    world.upload(PackageKind.TEMPLATE, sample("template", "rent-reminder"))
    assert not sam.get(f"{JOBS}/new").page.xpath("//input[@name='template'][@checked]")
    upload(sam, table(row(1)))
    assert sam.answer.status_code == 404
    assert sam.page.xpath("//section[@class='trouble']//h2/a/@href") == ["#template"]


def test_json_has_no_columns_to_choose(sam: Browser, world: World) -> None:
    upload(sam, as_json([record(1), record(2)]), "records.json")
    assert "there is nothing to choose" in sam.text
    check_id = check(sam, world)
    assert world.job(check_id).counts.valid == 2


def test_a_workbook_has_columns_of_its_own_too(sam: Browser, world: World) -> None:
    book = openpyxl.Workbook()
    for cells in (HEAD, row(1), [*row(2)[:6], 12.5, None, 612345678]):
        book.active.append(list(cells))
    out = io.BytesIO()
    book.save(out)
    upload(sam, out.getvalue(), "huur.xlsx")
    assert columns(sam)["Town"] == "Plaats"
    check_id = check(sam, world, f13="6", decimal_comma="yes")
    assert world.job(check_id).counts.valid == 2, world.findings(check_id)
    job_id = send(sam, check_id)
    world.run()
    assert [piece.record_id for piece in world.pieces(job_id)] == ["K0001", "K0002"]


def test_letters_are_leafed_through_found_and_downloaded(known: Browser, world: World) -> None:
    check_id = checked(known, world, *[row(number) for number in range(1, 8)])
    base = f"{JOBS}/{check_id}/letters"
    known.get(f"{base}/1")
    assert "Letter 1 of 7" in known.text
    assert not known.page.xpath("//a[@rel='prev']")
    known.get(known.page.xpath("//a[@rel='next']/@href")[0])
    assert known.page.xpath("//h1")[0].text_content() == "Mevrouw Özdemir"
    pdf = known.client.get(f"{base}/2/letter.pdf")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    for image in known.page.xpath("//ul[contains(@class,'pages')]//img/@src"):
        assert known.client.get(image).headers["Content-Type"] == "image/png"
    assert known.get(base, q="K0005").answer.url.path == f"{base}/5"
    assert known.get(base, q="6").answer.url.path == f"{base}/6"
    assert known.get(base, q="ozdemir").answer.url.path == f"{base}/2"
    assert "No letter has this" in known.get(base, q="Niemand").text
    assert len(known.get(base).page.xpath("//tbody/tr")) == 7


def test_an_approver_approves_before_the_cut_off_and_the_sender_may_not(
    known: Browser, ann: Browser, world: World
) -> None:
    four_eyes(world)
    job_id = send(known, checked(known, world, row(1), row(2)))
    world.run()
    url = f"{JOBS}/{job_id}"
    assert "A colleague who approves letters has to look" in known.get(url).text or "You sent these" in known.text
    assert f"{url}/approve" not in known.actions()
    ann.get(url).send(f"{url}/approve")
    assert "Tick the box" in ann.text
    ann.send(f"{url}/approve", sure="yes")
    assert "You approved these letters" in ann.text
    to_the_cut_off(world)
    assert world.job(job_id).state is JobState.RELEASED
    assert "Released to the print room" in ann.log_in("ann").get(url).text


def test_who_sent_may_not_approve_whatever_roles(staff: Staff, world: World) -> None:
    four_eyes(world)
    with staff.browser("both", Role.SUBMITTER, Role.APPROVER) as both:
        upload(both, table(row(1)))
        job_id = send(both, check(both, world, f13="6", decimal_comma="yes"))
        world.run()
        url = f"{JOBS}/{job_id}"
        assert "a second person" in both.get(url).text
        fields = both.fields("/staff/logout")
        answer = both.client.post(f"{url}/approve", data={"csrf": fields["csrf"], "sure": "yes"})
    assert answer.status_code == 403
    assert not world.job(job_id).approved_by


def test_a_letter_is_stopped_and_let_go_until_the_cut_off(known: Browser, world: World) -> None:
    four_eyes(world)
    job_id = send(known, checked(known, world, row(1), row(2)))
    world.run()
    url = f"{JOBS}/{job_id}/letters/2"
    known.get(url).send(f"{url}/stop", reason=" ")
    assert known.answer.status_code == 422
    known.send(f"{url}/stop", reason="paid")
    assert "is not printed" in known.text
    assert numbers(known.get(f"{JOBS}/{job_id}"))["stopped"] == "1"
    assert [
        each.text_content() for each in known.get(f"{JOBS}/{job_id}/letters", state="stopped").page.xpath("//td[3]")
    ]
    known.get(url).send(f"{url}/resume", reason="by mistake")
    assert "printed after all" in known.text
    assert "Stopped by Sam" in known.text
    assert "Let go on by Sam" in known.text
    to_the_cut_off(world)
    known.log_in("sam").get(url)
    assert not [action for action in known.actions() if action.endswith("/stop")]
    assert "can no longer be stopped" in known.text


def test_all_letters_are_cancelled_and_the_check_can_be_sent_again(known: Browser, world: World) -> None:
    four_eyes(world)
    check_id = checked(known, world, row(1))
    job_id = send(known, check_id)
    known.get(f"{JOBS}/{job_id}").send(f"{JOBS}/{job_id}/cancel", sure="yes")
    assert "Nothing of it is printed" in known.text
    assert world.job(job_id).state is JobState.CANCELLED
    assert send(known, check_id) not in {job_id, check_id}


def test_what_was_handed_over_is_shown_with_day_run_and_reference(known: Browser, world: World) -> None:
    job_id = send(known, checked(known, world, row(1), row(2)))
    world.run()
    (batch,) = world.batches(job_id)
    deps = world.deps
    print_room.mark_printed(deps, ORG, batch.id, "usr_x")
    results.accept_the_rest(deps, ORG, batch.id, "usr_x")
    print_room.complete_batch(deps, ORG, batch.id, "usr_x", (world.job(job_id).counts.sheets, ""))
    run = mail_runs.open_mail_run(deps, ORG, "Thursday", [batch.id], "usr_x")
    mail_runs.hand_over(deps, ORG, run.id, "usr_x", ("3S123", None))
    text = known.get(f"{JOBS}/{job_id}").text
    assert "Handed over to the post" in text
    assert "Thursday, reference 3S123" in text
    assert "3S123" in known.get(f"{JOBS}/{job_id}/letters/1").text


def test_progress_is_shown_while_it_is_checked(known: Browser, world: World) -> None:
    world.limit(shard_records=2)
    upload(known, table(*[row(number) for number in range(1, 7)]))
    (action,) = [each for each in known.actions() if "draft" in each]
    known.send(action)
    assert known.page.xpath("//noscript/meta[@http-equiv='refresh']")
    for _ in range(3):
        world.run_one()
    known.get(known.answer.url.path)
    assert "Checking every letter" in known.text
    assert known.page.get_element_by_id("live").get("data-every") == "3"
    world.run()
    assert known.get(known.answer.url.path).page.get_element_by_id("live").get("data-every") is None
