"""The print room's own envelopes, marks, plans, labels and carriers stand before the seeds; a job keeps what it had."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pypdf
import pytest

from api.http.schemas import JobOut
from api.ports import FileRole, PackageKind, Policy, Rules
from api.usecases import rules
from api.usecases.equipment import NAMES, equipment_of, equipment_with, inserts_of
from api.usecases.products import product_of
from api.usecases.sending import send_checked
from docgen.drawing.label_stocks import builtin_stocks
from docgen.findings import Refusal
from docgen.postal.profiles import DEFAULT_ENVELOPE, DEFAULT_STOCK, builtin
from tests.api.usecases.room import TOGETHER, by_rules
from tests.api.usecases.world import NOTE_TOML, ORG, SAMPLES, World, note_template, record

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUSE_ENVELOPE = """
[envelope.house-dl]
title = "Our own DL"
outer = [220.0, 110.0]
folded = [210.0, 99.0]
weight_mg = 4200
fold = "z"
folds_y_mm = [99.0, 198.0]
max_sheets = 3
address_box = [110.5, 45.5, 80.0, 26.0]
return_line = [110.5, 42.5, 80.0, 3.0]
window = [108.0, 41.0, 100.0, 45.0]
"""
HEAVY_PAPER = f"""
[stock.{DEFAULT_STOCK}]
title = "A4, recycled"
grammage = 100
"""
MARKS = """
[profile.house-text]
title = "Count at the edge"
order = "reverse"

[[profile.house-text.codes]]
kind = "ocr_nm"
origin_mm = [7.0, 100.0]
clear_mm = [5.0, 80.0, 18.0, 95.0]
size_pt = 10.0
"""
PLAN = """
[plan.house]
title = "All in one"
max_bundle_pieces = 50
max_bundle_g = 2000
max_tray_pieces = 100
max_tray_g = 4000

[[plan.house.area]]
country = "*"
tray = "Alles"
"""


def equipped(world: World, files: Mapping[str, str]) -> None:
    world.deps = replace(world.deps, equipment=equipment_with(files))
    world.limit()


def in_house_envelope(world: World) -> None:
    text = NOTE_TOML.replace(DEFAULT_ENVELOPE, "house-dl")
    world.put(PackageKind.TEMPLATE, "house", note_template(template_toml=text))


def test_without_files_everything_is_of_the_seeds() -> None:
    room = equipment_with({})
    assert room.profiles == builtin()
    assert room.label_stocks == builtin_stocks()
    assert room.kept() == {}


def test_an_own_envelope_and_own_paper_are_what_letters_are_made_for(world: World) -> None:
    in_house_envelope(world)
    (before,) = world.pieces(world.released([record(1)]).id)
    equipped(world, {"profiles.toml": HOUSE_ENVELOPE + HEAVY_PAPER})
    job = world.released([record(1)], template="house")
    (piece,) = world.pieces(job.id)
    (batch,) = world.batches(job.id)
    assert product_of(world.deps, job).envelope.title == "Our own DL"
    assert batch.group["envelope"] == "house-dl"
    # 20 g more on a sixteenth of a square metre, another envelope
    envelope = builtin().envelopes[DEFAULT_ENVELOPE].weight_mg
    assert piece.weight_mg == before.weight_mg - envelope + 4200 + round(20 * 0.210 * 0.297 * 1000)


def test_an_envelope_that_nobody_has_is_refused(world: World) -> None:
    in_house_envelope(world)
    job = world.submit([record(1)], template="house")
    world.run()
    assert world.job(job.id).error_code == "envelope-unknown"


def test_a_job_is_made_to_the_end_with_what_there_was_when_it_was_sent(world: World) -> None:
    in_house_envelope(world)
    equipped(world, {"profiles.toml": HOUSE_ENVELOPE})
    job = world.submit([record(1)], template="house")
    equipped(world, {})
    world.run()
    (batch,) = world.batches(job.id)
    assert batch.group["envelope"] == "house-dl"
    assert equipment_of(world.job(job.id)).profiles.envelopes["house-dl"].max_sheets == 3
    assert "equipment" not in JobOut.of(world.job(job.id)).rules


def test_rules_may_name_own_marks_and_plans(world: World) -> None:
    wanted = Rules(ORG, mark_profile="house-text", sort_plan="house")
    with pytest.raises(Refusal, match="rules-invalid"):
        rules.set_rules(world.deps, wanted)
    equipped(world, {"marks.toml": MARKS, "sort_plans.toml": PLAN})
    rules.set_rules(world.deps, wanted)
    job = world.released([record(1), record(2)])
    (batch,) = world.batches(job.id)
    assert [piece.tray for piece in world.pieces(job.id)] == [1, 1]
    assert [file.pages for file in batch.files if file.role is FileRole.PRINT] == [4]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_wrong_is_said_with_its_file(name: str) -> None:
    with pytest.raises(Refusal, match="equipment-invalid") as refused:
        equipment_with({name: "[profile"})
    assert refused.value.detail.startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"envelopes.toml": ""}, "profiles.toml, marks.toml"),
        ({"profiles.toml": "[envelopes.x]\n"}, "there is no table 'envelopes'"),
        ({"profiles.toml": HOUSE_ENVELOPE.replace("[110.5, 45.5", "[10.5, 45.5")}, "not always visible"),
    ],
)
def test_files_that_mean_nothing_are_refused(files: dict[str, str], said: str) -> None:
    with pytest.raises(Refusal, match="equipment-invalid") as refused:
        equipment_with(files)
    assert said in refused.value.detail


def test_the_sample_can_be_used_as_it_is(world: World) -> None:
    folder = SAMPLES / "print-room"
    equipped(world, {path.name: path.read_text("utf-8") for path in folder.glob("*.toml")})
    own = world.deps.equipment.profiles
    assert {"own-dl-right", DEFAULT_ENVELOPE} < set(own.envelopes)
    assert own.stocks[DEFAULT_STOCK].grammage == 82


def test_inserts_weigh_once_in_each_envelope_and_stand_on_the_ticket(world: World) -> None:
    inserts, plain = builtin().inserts, world.released([record(1)])
    more = inserts["reply-envelope"].weight_mg + inserts["flyer-a5"].weight_mg
    by_rules(world, household=TOGETHER)
    # two letters to one person
    job = world.released([record(1), record(1, record_id="R1b")], inserts=("reply-envelope", "flyer-a5"))
    (alone,), (batch,) = world.batches(plain.id), world.batches(job.id)
    sheet_mg = alone.weight_mg - builtin().envelopes[DEFAULT_ENVELOPE].weight_mg
    assert batch.envelopes == 1
    assert batch.weight_mg == alone.weight_mg + sheet_mg + more
    (ticket,) = [content for name, content in world.files(batch).items() if name.endswith("ticket.pdf")]
    text = " ".join(pypdf.PdfReader(BytesIO(ticket)).pages[0].extract_text().split())
    assert f"{inserts['reply-envelope'].title}, {inserts['flyer-a5'].title}" in text


def test_an_insert_that_nobody_has_is_refused(world: World) -> None:
    with pytest.raises(Refusal, match="insert-unknown"):
        world.submit([record(1)], inserts=("brochure",))


def test_what_was_checked_is_sent_with_its_inserts(world: World) -> None:
    check = world.submit([record(1)], validate_only=True, inserts=("flyer-a5",))
    world.run()
    job = send_checked(world.deps, ORG, check.id, "usr_x", Policy.ALL_OR_NOTHING)
    assert inserts_of(job) == (builtin().inserts["flyer-a5"],)
