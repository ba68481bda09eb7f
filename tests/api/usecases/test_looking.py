"""Records looked at one by one: the same reading, and the same letter, as when they are checked and printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import JobState
from api.usecases import letters, looking
from api.usecases.formats import RecordsType
from docgen.findings import Refusal
from tests.api.usecases.test_sending import COLUMNS, CSV
from tests.api.usecases.world import ORG, World, record

if TYPE_CHECKING:
    from api.ports import PrintJob


def checked(world: World, *records: object) -> PrintJob:
    job = world.submit(list(records), validate_only=True)
    world.run()
    return world.job(job.id)


def test_each_record_has_the_findings_of_its_check(world: World) -> None:
    records = [record(1), record(2, amount="much"), record(1), record(4, words="漢字")]
    job = checked(world, *records)
    assert looking.count_records(world.deps, job) == 4
    looked = [looking.look_at_record(world.deps, job, place) for place in range(4)]
    said = [(place, finding.code) for place, each in enumerate(looked) for finding in each.findings]
    assert said == [(finding.record_index, finding.code) for finding in world.findings(job.id)]
    assert [each.may_be_printed for each in looked] == [True, False, False, False]
    assert looked[1].pages == 0
    # a letter with signs that no face has is shown all the same: seeing it is how somebody finds out
    assert looked[3].pages > 0
    assert looking.record_png(world.deps, job, 3, 1, 40).startswith(b"\x89PNG")


def test_a_letter_of_a_check_looks_as_it_will_be_printed(world: World) -> None:
    records = [record(1), record(2)]
    job = checked(world, *records)
    printed = world.released(records)
    (first, _) = world.pieces(printed.id)
    assert looking.piece_of(world.deps, job, 0) is None
    assert looking.piece_of(world.deps, printed, 0) == first
    of_check = looking.record_png(world.deps, job, 0, 1, 72)
    assert of_check == letters.letter_png(world.deps, ORG, first.id, 1, 72)
    assert of_check == looking.record_png(world.deps, printed, 0, 1, 72)
    assert looking.record_pdf(world.deps, printed, 0) == letters.letter_pdf(world.deps, ORG, first.id)


def test_a_record_without_a_letter_has_no_picture(world: World) -> None:
    job = checked(world, record(1, amount="much"))
    with pytest.raises(Refusal, match="record-without-letter") as refused:
        looking.record_pdf(world.deps, job, 0)
    assert refused.value.findings
    with pytest.raises(Refusal, match="record-not-found"):
        looking.record_at(world.deps, job, 1)
    with pytest.raises(Refusal, match="record-not-found"):
        looking.look_at_record(world.deps, job, -1)


def test_records_are_found_by_number_key_piece_and_name(world: World) -> None:
    records = [record(number) for number in range(1, 13)]
    records[4]["recipient"]["name"] = "Mevrouw Özdemir"
    job = world.released(records)
    find = looking.find_records
    assert [each.place for each in find(world.deps, job, "R7")] == [6]
    assert [each.place for each in find(world.deps, job, " 7 ")] == [6]
    assert [each.place for each in find(world.deps, job, world.pieces(job.id)[2].id)] == [2]
    assert [(each.place, each.name) for each in find(world.deps, job, "ozde")] == [(4, "Mevrouw Özdemir")]
    assert len(find(world.deps, job, "mevrouw")) == 12
    assert find(world.deps, job, "nobody") == []
    assert find(world.deps, job, " ") == ()


def test_a_file_that_breaks_off_is_looked_at_as_far_as_it_goes(world: World) -> None:
    job = world.submit(CSV + b'2;"Smit;\n', RecordsType.CSV, columns=COLUMNS, validate_only=True)
    world.run()
    job = world.job(job.id)
    assert job.state is JobState.REJECTED
    assert looking.count_records(world.deps, job) <= 1
    assert "records-csv-malformed" in [finding.code for finding in world.findings(job.id)]


def test_only_the_jobs_looked_at_last_are_kept(world: World) -> None:
    jobs = [world.submit([record(number)], validate_only=True) for number in range(6)]
    names = {looking.name_of(looking.record_at(world.deps, job, 0)) for job in (*jobs, jobs[0])}
    assert len(names) == 6
    assert len(looking._kept) <= 4
