"""What people would get and see of a question, before anybody is asked: mails, text messages with their price, page."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from agreements.messages import Ask, Decided, MessageKind, render_mail, render_sms, spelled_sms
from agreements.questions.checks import MOST_DAYS
from agreements.questions.frozen import frozen_text
from agreements.questions.model import AskRoad
from agreements.sms import PartPrice, segments
from api.ports import AskedQuestion, ChannelKind, PackageKind, QuestionState
from api.usecases.agreeing.links import link_of
from api.usecases.agreeing.looks import brand_look
from api.usecases.agreeing.questions import channel_of, found_in, text_of
from api.usecases.agreeing.writing import receives
from api.usecases.packages import resolve
from docgen.qr.entry_code import TOKEN_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agreements.messages import Mail
    from agreements.questions.model import Question
    from agreements.sms import Segments
    from api.ports import ChannelSetup, UnitOfWork
    from api.usecases.agreeing.looks import BrandLook
    from api.usecases.agreeing.questions import QuestionWish
    from api.usecases.deps import Deps
    from docgen.findings import Finding

_TEXTED: Final = frozenset({AskRoad.SMS_LINK, AskRoad.SMS_KEYWORD})
_TOKEN: Final = "X" * TOKEN_LENGTH  # as long as those that are sent, so that it is as dear


@dataclass(frozen=True, slots=True)
class Example:
    """Somebody to show it for, and which message."""

    name: str = ""
    recipient: str = ""
    code: str = ""
    kind: MessageKind = MessageKind.REQUEST


@dataclass(frozen=True, slots=True)
class MailShown:
    """A mail; the pictures are in the HTML."""

    sender: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class SmsShown:
    """A text message, how it goes, and its price in tenths of a cent; None when the channel has none.

    ``written`` is the text before its dear signs were spelled in another way, where the author agreed to that.
    """

    sender: str
    text: str
    segments: Segments
    price_tenths: int | None
    written: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one person gets and sees in one language; None where no road has it. ``page`` is the frozen text."""

    language: str
    mail: MailShown | None
    sms: SmsShown | None
    page: str


@dataclass(frozen=True, slots=True)
class Preview:
    """In each language of the question; ``findings`` say what is wrong with it."""

    languages: Sequence[Shown]
    findings: Sequence[Finding] = ()


def preview_wish(deps: Deps, organisation_id: str, wish: QuestionWish, example: Example) -> Preview:
    """Of a question that is not kept, whatever is wrong with it.

    Raises Refusal: ``brand-not-found``, ``campaign-not-found``.
    """
    with deps.database.read() as uow:
        asked = AskedQuestion(
            id="",
            organisation_id=organisation_id,
            mode=wish.mode,
            key=wish.question.key,
            version=1,
            name=wish.name,
            brand_id=resolve(uow, organisation_id, PackageKind.BRAND, wish.brand).id,
            text="",
            state=QuestionState.DRAFT,
            created_at=deps.clock.now(),
            created_by="",
            mail=channel_of(deps, organisation_id, ChannelKind.EMAIL, wish),
            sms=channel_of(deps, organisation_id, ChannelKind.SMS, wish),
        )
        found = found_in(deps, uow, organisation_id, wish)
        return Preview(_shown(deps, uow, asked, wish.question, example), found)


def preview_question(deps: Deps, organisation_id: str, question_id: str, example: Example) -> Preview:
    """Of a question that is kept, by id or key. Raises Refusal: ``question-not-found``."""
    with deps.database.read() as uow:
        asked = uow.questions.get(organisation_id, question_id)
        return Preview(_shown(deps, uow, asked, text_of(asked), example))


def _shown(deps: Deps, uow: UnitOfWork, asked: AskedQuestion, question: Question, example: Example) -> Sequence[Shown]:
    setups = {one.name: one for one in deps.channels.setups(asked.organisation_id)}
    # a sender that is not set up yet is taken to be what the roads need
    setup, able = setups.get(asked.sms), AskRoad.SMS_KEYWORD in question.roads
    replies = receives(deps, asked) if setup else able
    days = max(1, min(question.valid_days, MOST_DAYS))
    today = deps.clock.now()
    roads, shown = set(question.roads), list[Shown]()
    for language in question.wordings:
        brand = brand_look(deps, uow, asked, language)
        ask = Ask(
            kind=example.kind,
            question=question,
            language=language,
            link=link_of(brand.host, _TOKEN) if brand.host else "",
            name=example.name,
            reference=example.recipient,
            valid_until=(today + timedelta(days=days)).date(),
            code=example.code,
            decided=Decided.YES if example.kind is MessageKind.CONFIRMATION else Decided.NOTHING,
            decided_on=today.date(),
            replies=replies,
        )
        mail = _mail(ask, brand, setups.get(asked.mail)) if AskRoad.EMAIL in roads else None
        sms = _sms(ask, brand, setup) if roads & _TEXTED else None
        shown.append(Shown(language, mail, sms, frozen_text(question, language)))
    return shown


def _mail(ask: Ask, brand: BrandLook, setup: ChannelSetup | None) -> MailShown:
    mail = render_mail(replace(ask, code="", replies=False), brand.look)
    return MailShown(setup.sender if setup else "", mail.subject, mail.text, _with_pictures(mail))


def _with_pictures(mail: Mail) -> str:
    """The HTML with its pictures in it, as nothing travels with it."""
    html = mail.html
    for one in mail.inline:
        data = base64.b64encode(one.data).decode()
        html = html.replace(f"cid:{one.cid}", f"data:{one.media_type};base64,{data}")
    return html


def _sms(ask: Ask, brand: BrandLook, setup: ChannelSetup | None) -> SmsShown:
    roads = ask.question.roads
    link = ask.link if AskRoad.SMS_LINK in roads else ""
    code = ask.code if AskRoad.SMS_KEYWORD in roads else ""
    whole = replace(ask, link=link, code=code)
    text = spelled_sms(whole, brand.look)
    counted = segments(text)
    price = PartPrice(setup.part_price).tenths_of(counted.parts) if setup and setup.part_price else None
    return SmsShown(setup.sender if setup else "", text, counted, price, render_sms(whole, brand.look))
