"""Fields that wait: nobody sees a guess who must not, one person at a time, and nothing is taken by chance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.ports import ActKind, Role, Stage
from docgen.qr.slip_code import SlipCode
from docgen.reply_form import ReplyKind
from tests.api.http.staff.mailroom.paper import PAPER, send_paper
from tests.api.usecases.slips import ORG, OTHER, SlipWorld, page, piece_id, reading, slip

if TYPE_CHECKING:
    from tests.api.http.staff.browser import Browser, Staff

REVIEW = "/staff/mailroom/review"
BLIND, CONFIRM = 0.4, 0.9
READ = "48213"


def doubtful(world: SlipWorld, confidence: float = BLIND, *values: str) -> None:
    """A slip for each value, with a reading that the machine is not sure of."""
    for number, value in enumerate(values or (READ,)):
        world.scan(page(1, slip(number, {"reading": value}, confidence=confidence), looks=f"look-{number}"))


def action(browser: Browser) -> str:
    """Where the answer goes."""
    (form,) = browser.page.xpath("//form[@id='answer']")
    return str(form.action)


def key(browser: Browser, value: str = "", **changes: str) -> Browser:
    return browser.send(action(browser), value=value, **({"do": "take"} | changes))


def stage(world: SlipWorld, number: int = 0) -> Stage:
    return world.field_named("reading", number).stage


def test_blind_keying_shows_no_guess_anywhere(world: SlipWorld, mia: Browser) -> None:
    doubtful(world)
    mia.get(REVIEW)
    assert "What stands there?" in mia.text
    assert READ not in mia.answer.text
    assert "machine reads" not in mia.text
    assert not mia.page.xpath("//input[@name='confirms']")
    assert mia.page.xpath("string(//input[@name='value']/@value)") == ""
    # nor in the page that is loaded beforehand, nor after a mistake
    assert READ not in mia.get(f"{REVIEW}/ahead").answer.text
    mia.get(REVIEW)
    assert READ not in key(mia).answer.text
    assert "Nothing was typed" in mia.text
    assert READ not in key(mia, "x").answer.text
    assert mia.answer.status_code == 422


def test_what_agrees_with_the_machine_is_settled_and_what_differs_goes_to_a_second_person(
    world: SlipWorld, mia: Browser, bas: Browser
) -> None:
    doubtful(world, BLIND, READ, "11111")
    key(mia.get(REVIEW), READ)
    assert stage(world) is Stage.SETTLED
    key(mia, "22222")
    assert stage(world, 1) is Stage.SECOND
    assert "not for you" in mia.text
    bas.get(REVIEW)
    assert "second person" in bas.text
    assert "22222" not in bas.answer.text
    assert "11111" not in bas.answer.text
    key(bas, "22222")
    assert (stage(world, 1), world.field_named("reading", 1).value) == (Stage.SETTLED, "22222")


def test_a_third_person_chooses_among_two_answers_without_names(
    world: SlipWorld, staff: Staff, mia: Browser, bas: Browser
) -> None:
    doubtful(world)
    key(mia.get(REVIEW), "11111")
    key(bas.get(REVIEW), "22222")
    with staff.browser("eva", Role.MAILROOM) as eva:
        assert "1 field waits because answers differ" in eva.get(REVIEW).text
        eva.get("/staff/mailroom/differences")
        assert [pick.text.strip() for pick in eva.page.xpath("//button[@class='pick']")] == ["11111", "22222"]
        assert "Mia" not in eva.text
        assert READ not in eva.answer.text
        eva.send(action(eva), do="pick-2")
    assert world.field_named("reading").value == "22222"


def test_enter_confirms_what_the_machine_reads_and_typing_replaces_it(world: SlipWorld, mia: Browser) -> None:
    doubtful(world, CONFIRM, READ, "11111")
    mia.get(REVIEW)
    assert f"The machine reads {READ}" in mia.text
    key(mia)
    assert world.field_named("reading").value == READ
    assert "The machine reads 11111" in mia.text
    key(mia, "11117")
    assert stage(world, 1) is Stage.SECOND


def test_a_field_is_in_the_hands_of_one_person(world: SlipWorld, mia: Browser, bas: Browser) -> None:
    doubtful(world)
    mine = action(mia.get(REVIEW))
    assert "That was" in bas.get(REVIEW).text or "Nothing waits" in bas.text
    doubtful(world, BLIND, READ, "11111")
    bas.get(REVIEW)
    # a form for what is in other hands changes nothing, and goes on
    headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    bas.answer = bas.client.post(
        mine, data=bas.fields(action(bas)) | {"do": "take", "value": READ}, headers=headers, follow_redirects=True
    )
    assert action(bas) != mine
    assert stage(world) is Stage.KEY


def test_a_strange_answer_is_asked_about_and_the_same_again_is_taken(world: SlipWorld, mia: Browser) -> None:
    doubtful(world)
    key(mia.get(REVIEW), "123456")
    assert mia.answer.status_code == 422
    assert "once more" in mia.text
    assert mia.page.xpath("string(//input[@id='value']/@value)") == "123456"
    key(mia, "123457")
    assert "once more" in mia.text
    key(mia, "123457")
    assert stage(world) is Stage.SECOND


def test_blank_and_unreadable_need_no_typing_and_skip_leaves_it_for_later(world: SlipWorld, mia: Browser) -> None:
    doubtful(world, BLIND, "11111", "22222", "33333")
    mia.get(REVIEW)
    first = action(mia)
    mia.send(first, do="skip")
    assert action(mia) != first
    mia.send(action(mia), do="blank")
    mia.send(action(mia), do="unreadable")
    assert "skipped" in mia.text
    with world.deps.database.read() as uow:
        kinds = [uow.slip_fields.acts(ORG, field.id) for field in world.fields() if field.name == "reading"]
    assert [[act.kind for act in acts] for acts in kinds] == [[], [ActKind.KEYED], [ActKind.UNREADABLE]]
    mia.get(REVIEW)
    assert action(mia) == first


def test_ticks_choices_and_dates_have_answers_that_fit(world: SlipWorld, mia: Browser) -> None:
    send_paper(world, [1])
    fields = (
        reading("moved", ReplyKind.TICK, "yes", 0.8),
        reading("road", ReplyKind.CHOICE, "mail", BLIND),
        reading("read_on", ReplyKind.DATE, "01102025", BLIND),
    )
    world.scan(page(1, replace(slip(1), code=SlipCode(piece_id(1), PAPER), fields=fields)))
    seen: dict[str, list[tuple[str, str]]] = {}
    answers = {"Ik ben verhuisd": "-", "Hoe wilt u post ontvangen?": "mail", "Datum van aflezen": "1-10-2025"}
    mia.get(REVIEW)
    while mia.page.xpath("//form[@id='answer']"):
        title = mia.page.find(".//h1").text.strip()
        radios = mia.page.xpath("//input[@type='radio']")
        seen[title] = [(radio.get("data-choose"), radio.get("value")) for radio in radios]
        guesses = mia.page.xpath("//p[@class='machine']/strong/text()")
        assert guesses == (["yes, it is ticked"] if title == "Ik ben verhuisd" else [])
        mia.send(action(mia), **({"do": "take", "value": answers[title]} if title in answers else {"do": "blank"}))
    assert seen["Ik ben verhuisd"] == [("y", "yes"), ("n", "-")]
    assert seen["Hoe wilt u post ontvangen?"] == [("1", "post"), ("2", "mail")]
    stages = {field.name: (field.stage, field.value) for field in world.fields()}
    assert stages["moved"] == (Stage.SECOND, None)
    assert stages["road"] == (Stage.SETTLED, "mail")
    assert stages["read_on"] == (Stage.SETTLED, "2025-10-01")


def test_the_last_answer_can_be_taken_back(world: SlipWorld, mia: Browser) -> None:
    doubtful(world, BLIND, READ, "11111")
    first = action(mia.get(REVIEW))
    key(mia, READ)
    assert action(mia) != first
    mia.send(f"{REVIEW}/undo")
    assert action(mia) == first
    assert "taken back" in mia.answer.text
    assert stage(world) is Stage.KEY
    mia.send(f"{REVIEW}/undo")
    assert "nothing of yours" in mia.answer.text


def test_other_roles_see_nothing(world: SlipWorld, staff: Staff) -> None:
    doubtful(world)
    field = world.field_named("reading")
    urls = (REVIEW, f"{REVIEW}/{field.id}", f"/staff/mailroom/fields/{field.id}/picture.png")
    with staff.browser("someone", Role.SUBMITTER, Role.APPROVER, Role.PRINT_ROOM) as someone:
        assert {someone.get(url).answer.status_code for url in urls} == {403}


def test_another_organisation_finds_nothing(world: SlipWorld, staff: Staff) -> None:
    doubtful(world)
    field = world.field_named("reading")
    with staff.browser("foreign", Role.ADMIN, organisation=OTHER) as foreign:
        assert "Nothing waits" in foreign.get(REVIEW).text
        for url in (
            f"/staff/mailroom/fields/{field.id}/picture.png",
            f"/staff/mailroom/pages/{field.page_id}/picture.jpg",
        ):
            assert foreign.get(url).answer.status_code == 404
        assert READ not in foreign.get(f"{REVIEW}/{field.id}").answer.text


def test_a_form_without_the_token_changes_nothing(world: SlipWorld, mia: Browser) -> None:
    doubtful(world)
    url = action(mia.get(REVIEW))
    answer = mia.client.post(
        url, data={"value": READ, "do": "take", "csrf": "no"}, headers={"Origin": "http://testserver"}
    )
    assert answer.status_code == 403
    assert stage(world) is Stage.KEY


def test_pictures_are_kept_only_by_the_browser_of_who_may_see_them(world: SlipWorld, mia: Browser) -> None:
    doubtful(world)
    field = world.field_named("reading")
    crop = mia.get(f"/staff/mailroom/fields/{field.id}/picture.png").answer
    whole = mia.get(f"/staff/mailroom/pages/{field.page_id}/picture.jpg").answer
    assert [each.headers["cache-control"] for each in (crop, whole)] == ["private, max-age=600"] * 2
    assert [each.headers["content-type"] for each in (crop, whole)] == ["image/png", "image/jpeg"]
