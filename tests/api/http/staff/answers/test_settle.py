"""Answers to settle: all that was said beside each other, one chosen, the next at once, and judged anew after all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import RecordState, Road, Role
from tests.api.builders import ORG, OTHER
from tests.api.usecases.slips import page, slip

if TYPE_CHECKING:
    from tests.api.http.staff.answers.desk_world import DeskWorld
    from tests.api.http.staff.browser import Browser, Staff

SETTLE = "/staff/settle"


def action(browser: Browser) -> str:
    (form,) = browser.page.xpath("//form[@id='answer']")
    return str(form.action)


def press(browser: Browser, does: str, **changes: str) -> Browser:
    return browser.send(action(browser), do=does, **changes)


def value(world: DeskWorld, number: int) -> tuple[str, RecordState]:
    record = world.record(number, "reading")
    assert record is not None
    return record.value, record.state


def test_what_each_road_says_is_shown_with_its_picture_and_what_is_expected(world: DeskWorld, fay: Browser) -> None:
    world.dispute(0)
    fay.get(SETTLE)
    keys = [" ".join(each.text_content().split()) for each in fay.page.xpath("//button[@data-pick][@class='pick']")]
    assert keys == ["1 12150", "2 12250"]
    for said in ("Page, by QR", "Slip", "read by machine", "Reading before: 12000", "Expected now", "1 left"):
        assert said in fay.text
    (picture,) = fay.page.xpath("//img[@class='crop']/@src")
    assert fay.get(picture).answer.headers["content-type"] == "image/png"


def test_one_key_settles_and_the_next_is_there_until_all_is_done(world: DeskWorld, fay: Browser) -> None:
    first, second = world.dispute(0), world.dispute(1)
    fay.get(SETTLE)
    assert action(fay) == f"{SETTLE}/{first}"
    press(fay, "pick-2")
    assert value(world, 0) == ("12250", RecordState.SETTLED)
    assert action(fay) == f"{SETTLE}/{second}"
    press(fay, "take", value="12200")
    assert value(world, 1) == ("12200", RecordState.SETTLED)
    assert "Well done: that was the last one" in fay.text
    # judged anew: everything that was said is still there, and the new word goes before
    fay.get(fay.page.xpath("//a[@data-key='F9']/@href")[0])
    assert "by Fay" in fay.text
    press(fay, "pick-1")
    assert value(world, 1) == ("12150", RecordState.SETTLED)


def test_a_strange_one_is_asked_again_and_taken_once_more(world: DeskWorld, fay: Browser) -> None:
    world.dispute(0, "12150", "19000")
    press(fay.get(SETTLE), "pick-2")
    assert fay.answer.status_code == 422
    assert "You used 7000" in fay.text
    assert value(world, 0) == ("12150", RecordState.DISPUTED)
    press(fay, "take")
    assert value(world, 0) == ("19000", RecordState.SETTLED)


def test_nothing_chosen_or_nonsense_settles_nothing(world: DeskWorld, fay: Browser) -> None:
    world.dispute(0)
    assert "Nothing was chosen" in press(fay.get(SETTLE), "take").text
    assert "Fill in only the digits" in press(fay, "take", value="twelve").text
    assert "once more" not in fay.text
    assert value(world, 0)[1] is RecordState.DISPUTED


def test_none_of_them_takes_the_answer_back_and_later_leaves_it(world: DeskWorld, fay: Browser) -> None:
    first, second = world.dispute(0), world.dispute(1)
    press(fay.get(SETTLE), "skip")
    assert action(fay) == f"{SETTLE}/{second}"
    assert "1 for later" in fay.text
    press(fay, "none")
    assert value(world, 1) == ("", RecordState.WITHDRAWN)
    assert "Only what you left for later" in fay.text
    fay.get(fay.page.xpath("//a[contains(@class,'go')]/@href")[0])
    assert action(fay) == f"{SETTLE}/{first}"


def test_what_changed_in_the_meantime_is_looked_at_again(world: DeskWorld, fay: Browser) -> None:
    world.dispute(0)
    fay.get(SETTLE)
    world.give(0, {"reading": "12300"}, Road.STAFF)
    press(fay, "pick-2")
    assert fay.answer.status_code == 409
    assert "a colleague settled this" in fay.text
    assert value(world, 0) == ("12300", RecordState.SETTLED)


def test_two_people_settle_different_answers_and_what_is_left_alone_comes_back(
    world: DeskWorld, staff: Staff, fay: Browser
) -> None:
    first, second = world.dispute(0), world.dispute(1)
    with staff.browser("guus", Role.MAILROOM) as guus:
        assert action(fay.get(SETTLE)) == f"{SETTLE}/{first}"
        assert action(guus.get(SETTLE)) == f"{SETTLE}/{second}"
        assert action(fay.get(SETTLE)) == f"{SETTLE}/{first}"
        assert "A colleague has this answer in hands" in guus.get(f"{SETTLE}/{first}").text
        assert press(guus, "pick-2").answer.status_code == 409
        assert value(world, 0)[1] is RecordState.DISPUTED
        press(guus.get(f"{SETTLE}/{second}"), "pick-1")
        assert "Colleagues have the rest in hands" in guus.text
        press(fay, "skip")
        assert action(guus.get(SETTLE)) == f"{SETTLE}/{first}"
        world.deps.clock.advance(299)  # type: ignore[attr-defined] # a fake clock
        assert "Colleagues have the rest" in fay.get(SETTLE).text
        world.deps.clock.advance(2)  # type: ignore[attr-defined] # a fake clock
        assert action(fay.get(SETTLE)) == f"{SETTLE}/{first}"
        assert press(fay, "pick-1").answer.status_code == 200
        assert value(world, 0)[1] is RecordState.SETTLED


def test_the_same_value_has_one_key_and_what_nobody_can_read_has_none(world: DeskWorld, fay: Browser) -> None:
    world.dispute(0)
    world.scan(page(1, slip(0, {"reading": "12250"}), looks="again"))
    fay.get(SETTLE)
    assert len(fay.page.xpath("//button[@class='pick']")) == 2


def test_nothing_to_settle_says_well_done(fay: Browser) -> None:
    assert "Well done: no answer waits" in fay.get(SETTLE).text


def test_only_those_of_a_campaign(world: DeskWorld, fay: Browser) -> None:
    world.dispute(0)
    assert "Well done" in fay.get(SETTLE, campaign="cmp_other").text
    assert "Well done" not in fay.get(SETTLE, campaign=world.entry(0).campaign_id).text


def test_the_photo_that_came_with_an_answer_is_seen_by_who_settles_and_by_nobody_else(
    world: DeskWorld, staff: Staff, fay: Browser
) -> None:
    photo = world.deps.blobs.put(ORG, [b"a picture of a meter"])
    world.give(0, {"reading": "12150"}, photo=photo, note="the glass is broken")
    world.scan(page(1, slip(0, {"reading": "12250"})))
    fay.get(SETTLE)
    assert "the glass is broken" in fay.text
    (url,) = fay.page.xpath("//img[@class='photo']/@src")
    assert fay.client.get(url).content == b"a picture of a meter"
    assert url in fay.get("/staff/front-office/ent_0").answer.text
    for login, role, organisation in (("eva", Role.APPROVER, ORG), ("oom", Role.ADMIN, OTHER)):
        with staff.browser(login, role, organisation=organisation) as other:
            assert other.client.get(url).status_code in {403, 404}
