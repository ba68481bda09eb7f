"""What people would get of a question, for staff to look at: mails in frames of their own, text messages by signs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import HTMLResponse

from agreements.messages import MessageKind
from agreements.sms import dear_signs, segments
from api.http.edge import DepsDep
from api.http.staff.agreements.common import HOME, READERS
from api.http.staff.agreements.example_page import Paper, page_html
from api.http.staff.corporation.common import ref_of, token_of, with_query
from api.http.staff.route import StaffRoute
from api.http.staff.visitors import VisitorDep, person
from api.ports import PackageKind
from api.usecases import drafts
from api.usecases.agreeing.previewing import Example, preview_question, preview_wish
from api.usecases.agreeing.questions import get_question, text_of
from api.usecases.packages import resolve
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agreements.sms import DearSign, Segments
    from api.ports import AskedQuestion
    from api.usecases.agreeing.previewing import MailShown, SmsShown
    from api.usecases.agreeing.questions import QuestionWish
    from api.usecases.deps import Deps

router = APIRouter(prefix=HOME, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

KINDS: Final = {
    MessageKind.REQUEST: "the question",
    MessageKind.REMINDER: "the reminder",
    MessageKind.CONFIRMATION: "the answer to a yes",
}
EXAMPLE_NAME: Final = "mevrouw De Vries"
_EXAMPLE_CODE: Final = "12345"
_PURPOSE: Final = "question-preview"
_ALONE: Final = {
    # what others wrote is shown as a mail program would: nothing runs, loads, leads away or is sent
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline' data:; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "private, max-age=3600",
}
FRAMES: Final = "; frame-src 'self'"
"""What a page with such frames adds to its policy."""
TokenQuery = Annotated[str, Query(alias="of", max_length=600)]
LanguageQuery = Annotated[str, Query(pattern="^[a-z]{2}$")]


class Sign(NamedTuple):
    """A stretch of a text message; ``dear`` when it is one sign that makes the whole text dear."""

    text: str
    dear: DearSign | None


class Frame(NamedTuple):
    """A document that is shown by itself: where it is, and a digest that changes when it does."""

    url: str
    digest: str


class SmsLook(NamedTuple):
    """A text message: its signs, what it costs now and what it would cost, and whether names keep it dear."""

    shown: SmsShown
    signs: Sequence[Sign]
    dear: Sequence[DearSign]
    before: Segments
    digest: str

    @property
    def is_spelled(self) -> bool:
        """True when it goes in another spelling than it was written in."""
        return self.shown.text != self.shown.written


class Look(NamedTuple):
    """What people get in one language."""

    language: str
    mail: MailShown | None
    frame: Frame | None
    sms: SmsLook | None
    page: Frame
    frozen: str


def example(kind: MessageKind = MessageKind.REQUEST) -> Example:
    """Whom it is shown for."""
    return Example(name=EXAMPLE_NAME, recipient=_EXAMPLE_CODE, kind=kind)


def looks_at_wish(request: Request, deps: Deps, wish: QuestionWish, kind: MessageKind) -> list[Look]:
    """What people would get by a form; the documents are kept for a day, for their frames to fetch.

    Raises Refusal: ``brand-not-found``, ``campaign-not-found``.
    """
    visitor = person(request)
    found = preview_wish(deps, visitor.organisation_id, wish, example(kind))
    with deps.database.read() as uow:
        package = resolve(uow, visitor.organisation_id, PackageKind.BRAND, wish.brand)

    def kept(html: str) -> Frame:
        ref = drafts.store_upload(deps, visitor.organisation_id, [html.encode()])
        return Frame(with_query(f"{HOME}/look", of=token_of(deps, visitor, ref, _PURPOSE)), str(ref))

    return [
        Look(
            one.language,
            one.mail,
            kept(one.mail.html) if one.mail else None,
            _sms(one.sms) if one.sms else None,
            kept(page_html(request, deps, Paper(package, wish.question, one.language))),
            one.page,
        )
        for one in found.languages
    ]


def looks_at(request: Request, deps: Deps, asked: AskedQuestion) -> list[Look]:
    """What people get of a question that is kept."""
    found = preview_question(deps, person(request).organisation_id, asked.id, example())

    def of(name: str, language: str) -> Frame:
        return Frame(with_query(f"{HOME}/{asked.id}/{name}", language=language), f"{asked.id}-{asked.revision}")

    return [
        Look(
            one.language,
            one.mail,
            of("mail", one.language) if one.mail else None,
            _sms(one.sms) if one.sms else None,
            of("page", one.language),
            one.page,
        )
        for one in found.languages
    ]


@router.get("/look", dependencies=[READERS])
def look(deps: DepsDep, visitor: VisitorDep, of: TokenQuery) -> Response:
    """A mail that was looked at while it was written."""
    ref = ref_of(deps, visitor, of, _PURPOSE)
    if not deps.blobs.exists(visitor.organisation_id, ref):
        raise Refusal("draft-gone", "This look is kept for a day and is not there any more. Look at it again.")
    with deps.blobs.open(visitor.organisation_id, ref) as stream:
        return alone(stream.read().decode())


@router.get("/{question_id:id}/page", dependencies=[READERS])
def page_of_question(
    request: Request, deps: DepsDep, visitor: VisitorDep, question_id: str, language: LanguageQuery = "nl"
) -> Response:
    """The page of a question that is kept, as somebody sees it who was asked."""
    asked = get_question(deps, visitor.organisation_id, question_id).asked
    question = text_of(asked)
    with deps.database.read() as uow:
        package = uow.brands.get(asked.organisation_id, asked.brand_id)
    return alone(page_html(request, deps, Paper(package, question, question.language(language))))


@router.get("/{question_id:id}/mail", dependencies=[READERS])
def mail(deps: DepsDep, visitor: VisitorDep, question_id: str, language: LanguageQuery = "nl") -> Response:
    """The mail of a question that is kept."""
    shown = preview_question(deps, visitor.organisation_id, question_id, example()).languages
    found = next((one.mail for one in shown if one.language == language), None)
    if found is None:
        raise Refusal("route-not-found", "This question goes out by no mail in this language.")
    return alone(found.html)


def alone(html: str) -> Response:
    """A document that may do nothing but be looked at."""
    return HTMLResponse(html, headers=_ALONE)


def with_frames(response: Response) -> Response:
    """The page, which may show frames of ours."""
    response.headers["Content-Security-Policy"] += FRAMES
    return response


def preview_kind(text: str) -> MessageKind:
    """The message that a form asks to see."""
    return next((kind for kind in KINDS if kind == text), MessageKind.REQUEST)


def _sms(shown: SmsShown) -> SmsLook:
    dear = dear_signs(shown.written)
    text = f"{shown.text}\0{shown.written}\0{shown.price_tenths}"
    return SmsLook(
        shown,
        tuple(_signs(shown.text)),
        dear,
        segments(shown.written),
        hashlib.sha256(text.encode()).hexdigest(),
    )


def _signs(text: str) -> Iterator[Sign]:
    """The text in stretches, each dear sign by itself."""
    dear = {one.sign: one for one in dear_signs(text)}
    plain = ""
    for sign in text:
        if sign not in dear:
            plain += sign
            continue
        if plain:
            yield Sign(plain, None)
        yield Sign(sign, dear[sign])
        plain = ""
    if plain:
        yield Sign(plain, None)
