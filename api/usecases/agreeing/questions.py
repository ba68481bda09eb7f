"""Questions: made and checked, changed while nobody was asked, frozen when the first person is, and closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from agreements.evidence.kinds import EventKind
from agreements.questions.as_json import read_question, write_question
from agreements.questions.checks import check_question
from agreements.questions.frozen import frozen_text, text_digest
from agreements.questions.model import AskRoad
from api.ports import AskedQuestion, ChannelKind, Mode, PackageKind, QuestionState
from api.usecases.agreeing.keeping import chain_of, keep_about
from api.usecases.evidence.keeping import Fact
from api.usecases.packages import files_of, resolve
from api.usecases.scanning.forms import read_reply
from docgen.findings import Finding, Place, Refusal
from docgen.layouts.brand_file import load_brand
from docgen.reply_form import ReplyKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from agreements.evidence.canonical import Json
    from agreements.questions.model import Question
    from api.ports import AgreementCounts, Asking, Page, PageRequest, UnitOfWork
    from api.usecases.deps import Deps
    from docgen.layouts.theme import Brand
    from docgen.reply_form import ReplyForm

MOST_NAME: Final = 200
_WEB: Final = frozenset({AskRoad.EMAIL, AskRoad.SMS_LINK})
_SMS: Final = frozenset({AskRoad.SMS_LINK, AskRoad.SMS_KEYWORD})
_ANSWERS: Final = frozenset({ReplyKind.TICK, ReplyKind.CHOICE})


@dataclass(frozen=True, slots=True)
class QuestionWish:
    """What a question is to be; its version is given. ``mail`` and ``sms`` name channels, "" is the first there is.

    ``campaign`` is the id or key of one whose letters ask the same, see `AskedQuestion`.
    """

    question: Question
    name: str
    brand: str
    mode: Mode = Mode.LIVE
    campaign: str = ""
    answer_field: str = ""
    signature_field: str = ""
    yes_value: str = "yes"
    no_value: str = "no"
    mail: str = ""
    sms: str = ""


class Standing(NamedTuple):
    """How a question stands at this moment."""

    asked: AskedQuestion
    counts: AgreementCounts
    askings: Sequence[Asking]


def make_question(deps: Deps, organisation_id: str, wish: QuestionWish, by: str) -> AskedQuestion:
    """Keep a question as a draft; another version when its key is there and people were asked.

    Raises Refusal: ``question-invalid`` with findings, ``question-name-invalid``, ``question-is-draft``,
    ``brand-not-found``, ``campaign-not-found``.
    """
    with deps.database.write() as uow:
        version = _next_version(uow, organisation_id, wish)
        made = AskedQuestion(
            id=deps.ids.new("qst"),
            organisation_id=organisation_id,
            mode=wish.mode,
            key=wish.question.key,
            version=version,
            name="",
            brand_id="",
            text="",
            state=QuestionState.DRAFT,
            created_at=deps.clock.now(),
            created_by=by,
        )
        made = _filled(deps, uow, made, wish)
        uow.questions.add(made)
        return made


def change_question(deps: Deps, organisation_id: str, question_id: str, wish: QuestionWish) -> AskedQuestion:
    """Write a draft anew. Raises Refusal: as `make_question`, ``question-not-found``, ``question-frozen``."""
    with deps.database.write() as uow:
        before = uow.questions.get(organisation_id, question_id)
        if before.state is not QuestionState.DRAFT:
            raise Refusal("question-frozen", "People were asked this question. Make another version of it.")
        same = replace(wish, question=replace(wish.question, key=before.key), mode=before.mode)
        changed = replace(_filled(deps, uow, before, same), revision=before.revision + 1)
        uow.questions.change(changed)
        return changed


def close_question(deps: Deps, organisation_id: str, question_id: str) -> AskedQuestion:
    """Nobody new is asked; who was asked can still answer. Raises Refusal: ``question-not-found``."""
    with deps.database.write() as uow:
        before = uow.questions.get(organisation_id, question_id)
        if before.state is QuestionState.CLOSED:
            return before
        closed = replace(before, state=QuestionState.CLOSED, revision=before.revision + 1)
        uow.questions.change(closed)
        return closed


def get_question(deps: Deps, organisation_id: str, question_id: str) -> Standing:
    """By id or key. Raises Refusal: ``question-not-found``."""
    with deps.database.read() as uow:
        asked = uow.questions.get(organisation_id, question_id)
        counts = uow.agreements.counts(organisation_id, asked.id)
        return Standing(asked, counts, uow.agreements.askings(organisation_id, asked.id))


def list_questions(deps: Deps, organisation_id: str, page: PageRequest) -> Page[AskedQuestion]:
    """Newest first."""
    with deps.database.read() as uow:
        return uow.questions.list(organisation_id, page)


def text_of(asked: AskedQuestion) -> Question:
    """What it asks."""
    return read_question(asked.text)


def found_in(deps: Deps, uow: UnitOfWork, organisation_id: str, wish: QuestionWish) -> tuple[Finding, ...]:
    """What is wrong with a question; none when people can be asked.

    Raises Refusal: ``brand-not-found``, ``campaign-not-found``.
    """
    question = wish.question
    brand = resolve(uow, organisation_id, PackageKind.BRAND, wish.brand)
    found = [*check_question(question), *_check_host(question, load_brand(files_of(deps, brand)))]
    mail, sms = (channel_of(deps, organisation_id, kind, wish) for kind in (ChannelKind.EMAIL, ChannelKind.SMS))
    found += _check_channels(deps, organisation_id, question, mail, sms)
    if wish.campaign:
        campaign = uow.campaigns.get(organisation_id, wish.campaign)
        found += _check_form(question, read_reply(campaign.reply_form), wish)
    elif question.signature:
        at = Place(pointer="/campaign")
        found.append(Finding("question-campaign-missing", "Name the campaign whose slips have the signature.", at))
    return tuple(found)


def freeze(deps: Deps, uow: UnitOfWork, asked: AskedQuestion, by: str) -> AskedQuestion:
    """Nothing of it changes any more; its texts go into the evidence. Raises Refusal: ``question-closed``."""
    if asked.state is QuestionState.CLOSED:
        raise Refusal("question-closed", "This question is closed. Make another version of it.")
    if asked.state is QuestionState.FROZEN:
        return asked
    now = deps.clock.now()
    frozen = replace(asked, state=QuestionState.FROZEN, frozen_at=now, revision=asked.revision + 1)
    uow.questions.change(frozen)
    body = evidence_of(frozen) | {"by": by}
    keep_about(deps, uow, chain_of(asked), Fact(EventKind.QUESTION_FROZEN, asked.id, body))
    return frozen


def evidence_of(asked: AskedQuestion) -> dict[str, Json]:
    """What evidence says of a question: all of it, as nothing in it is about a person who is asked."""
    question = text_of(asked)
    texts: dict[str, Json] = {
        language: {"text": frozen_text(question, language), "digest": text_digest(question, language)}
        for language in question.wordings
    }
    return {
        "question": asked.id,
        "key": asked.key,
        "version": asked.version,
        "verb": str(question.verb),
        "texts": texts,
        "roads": [str(road) for road in question.roads],
        "purposes": [one.key for one in question.purposes],
        "controller": {"name": question.controller.name, "contact": question.controller.contact},
        "policy": {"url": question.policy.url, "digest": question.policy.digest},
        "signature": question.signature,
    }


def _next_version(uow: UnitOfWork, organisation_id: str, wish: QuestionWish) -> int:
    newest = uow.questions.newest(organisation_id, wish.mode, wish.question.key)
    if newest is None:
        return 1
    if newest.state is QuestionState.DRAFT:
        raise Refusal("question-is-draft", f"{newest.key} is a draft ({newest.id}). Change that, or take another key.")
    return newest.version + 1


def _filled(deps: Deps, uow: UnitOfWork, row: AskedQuestion, wish: QuestionWish) -> AskedQuestion:
    """The row with what is wished, checked whole."""
    if not 0 < len(wish.name.strip()) <= MOST_NAME or not wish.name.isprintable():
        raise Refusal("question-name-invalid", f"A name has 1 to {MOST_NAME} printable characters.")
    question = replace(wish.question, version=row.version)
    found = found_in(deps, uow, row.organisation_id, wish)
    if found:
        raise Refusal("question-invalid", f"The question has {len(found)} mistakes.", found)
    mail, sms = (channel_of(deps, row.organisation_id, kind, wish) for kind in (ChannelKind.EMAIL, ChannelKind.SMS))
    return replace(
        row,
        name=wish.name.strip(),
        brand_id=resolve(uow, row.organisation_id, PackageKind.BRAND, wish.brand).id,
        text=write_question(question),
        campaign_id=uow.campaigns.get(row.organisation_id, wish.campaign).id if wish.campaign else "",
        answer_field=wish.answer_field,
        signature_field=wish.signature_field,
        yes_value=wish.yes_value,
        no_value=wish.no_value,
        mail=mail,
        sms=sms,
    )


def channel_of(deps: Deps, organisation_id: str, kind: ChannelKind, wish: QuestionWish) -> str:
    """The name of the channel that is wished, or of the first of its kind; "" when there is none."""
    wished = wish.mail if kind is ChannelKind.EMAIL else wish.sms
    names = [one.name for one in deps.channels.setups(organisation_id) if one.kind is kind]
    return wished or next(iter(names), "")


def _check_channels(deps: Deps, organisation_id: str, question: Question, mail: str, sms: str) -> Iterator[Finding]:
    there = {one.name: one for one in deps.channels.setups(organisation_id)}
    roads = set(question.roads)
    for name, kind, needed in ((mail, ChannelKind.EMAIL, {AskRoad.EMAIL}), (sms, ChannelKind.SMS, _SMS)):
        if roads & needed and (name not in there or there[name].kind is not kind):
            message = f"There is no {kind} channel {name!r}. An administrator sets one up, see POSTHOORN_CHANNELS."
            yield Finding("question-channel-missing", message, Place(pointer="/roads"))
    if AskRoad.SMS_KEYWORD in roads and sms in there and not _receives(deps, organisation_id, sms):
        message = f"Nobody can answer the sender of {sms!r}: take a channel with a number, or the road sms-link."
        yield Finding("sms-sender-cannot-receive", message, Place(pointer="/roads"))


def _receives(deps: Deps, organisation_id: str, sms: str) -> bool:
    return deps.channels.channel(organisation_id, sms).capabilities().inbound


def _check_host(question: Question, brand: Brand) -> Iterator[Finding]:
    if _WEB & set(question.roads) and not brand.entry_host:
        message = "The brand has no [entry] host, so there is no page to answer on."
        yield Finding("entry-host-missing", message, Place(pointer="/brand"))


def _check_form(question: Question, form: ReplyForm, wish: QuestionWish) -> Iterator[Finding]:
    """The slip asks the same question in the same words, so that its answers count."""
    field = form.field(wish.answer_field)
    if field is None or field.kind not in _ANSWERS:
        message = "Name a field of the campaign's form that is a tick or a choice."
        yield Finding("question-field-invalid", message, Place(pointer="/answer_field"))
        return
    values = {one.value for one in field.choices} or {wish.yes_value}
    if wish.yes_value not in values or wish.yes_value == wish.no_value:
        message = "yes_value and no_value are two values of the field."
        yield Finding("question-field-invalid", message, Place(pointer="/yes_value"))
    signature = form.field(wish.signature_field) if wish.signature_field else None
    if question.signature and (signature is None or signature.kind is not ReplyKind.SIGNATURE):
        message = "Name the field of the form that is signed."
        yield Finding("question-field-invalid", message, Place(pointer="/signature_field"))
    yield from _check_words(question, field.label)


def _check_words(question: Question, label: Mapping[str, str]) -> Iterator[Finding]:
    for language, words in question.wordings.items():
        if language in label and " ".join(label[language].split()) != " ".join(words.question.split()):
            message = f"The form asks {label[language][:80]!r} in {language}: paper and message ask the same words."
            at = Place(pointer=f"/wordings/{language}/question")
            yield Finding("question-differs-from-form", message, at)
