"""Text messages that people send back: one word decides, STOP always wins, and all doubt goes to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from agreements.evidence.kinds import EventKind
from agreements.keywords import Said as Word
from agreements.keywords import read_reply
from agreements.lifecycle.deciding import Act, Method, RequestState, Said
from agreements.messages import MessageKind
from agreements.questions.model import AskRoad
from api.ports import ChainOf, ChannelKind, Suppression, SuppressionReason, Unclear
from api.usecases.agreeing.deciding import Done, act_on, is_over, set_aside, withdraw_by_stop
from api.usecases.agreeing.keeping import keep_about
from api.usecases.agreeing.questions import text_of
from api.usecases.agreeing.writing import Occasion, drop_waiting, write_by
from api.usecases.evidence.keeping import Fact
from api.usecases.messaging.addresses import to_digest
from scanning.validators import phone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agreements.evidence.canonical import Json
    from agreements.keywords import Reading
    from api.ports import AgreementRequest, InboundMessage, Mode, UnitOfWork
    from api.usecases.deps import Deps

_ANSWERS: Final[Mapping[Word, Said]] = {Word.YES: Said.YES, Word.NO: Said.NO}
_MOST_TOLD: Final = 3
HALTED: Final = "halted"
"""The code of a stop that holds until a person has read a message."""


def take_reply(deps: Deps, uow: UnitOfWork, inbound: InboundMessage, organisation_id: str, mode: Mode) -> None:
    """Take one text message; whoever calls makes sure that the same one comes here once."""
    uow.evidence.hold(ChainOf(organisation_id, mode))
    number = _number(inbound.sender)
    requests = uow.agreements.of_phone(organisation_id, mode, number)
    reply = _Reply(deps, uow, _Came(organisation_id, mode, number, inbound), requests)
    reading = read_reply(inbound.text)
    if reading.said is Word.STOP:
        reply.stop()
    elif reading.said is Word.START:
        reply.start()
    elif reading.said in _ANSWERS:
        reply.answer(reading, _ANSWERS[reading.said])
    elif reading.said is Word.HELP and requests:
        reply.tell(requests[0], MessageKind.HELP)
    else:
        reply.leave("unclear" if requests else "other-number", halts=reading.halts)


class _Came(NamedTuple):
    """A message, whose it is, and the number it came from."""

    organisation_id: str
    mode: Mode
    number: str
    inbound: InboundMessage


class _Reply:
    """One message from one number, with all that was ever asked of it, newest first."""

    def __init__(self, deps: Deps, uow: UnitOfWork, came: _Came, requests: Sequence[AgreementRequest]) -> None:
        self._deps, self._uow, self._requests = deps, uow, requests
        self._organisation_id, self._mode, self._number, self._inbound = came
        self._now = deps.clock.now()

    def answer(self, reading: Reading, said: Said) -> None:
        """A yes or no: of the request with its code, else of the only one that it can be about."""
        mine = [one for one in self._requests if reading.code in ("", one.code) and self._by_keyword(one)]
        live = [one for one in mine if one.state is RequestState.OPEN and not is_over(one, self._now)]
        if len(live) > 1:
            self._choose(live)
        elif live or len(mine) == 1:
            self._act(live[0] if live else mine[0], said)
        elif mine and not reading.code:
            self._act_on_last(mine, said)
        else:
            self.leave("unknown-code" if reading.code else "other-number")

    def stop(self) -> None:
        """Nothing more goes to this number; consents that it gave are taken back, and one answer says so."""
        kept = self._keep(EventKind.STOPPED)
        self._suppress("")
        for one in self._requests:
            held = self._uow.agreements.hold(self._organisation_id, one.id)
            drop_waiting(self._deps, self._uow, held, "stopped")
            asked = self._uow.questions.get(self._organisation_id, held.question_id)
            withdraw_by_stop(self._deps, self._uow, asked, held, kept)
        if self._requests:
            self.tell(self._requests[0], MessageKind.STOPPED)

    def start(self) -> None:
        """Messages may go to this number again; what was taken back stays so."""
        self._keep(EventKind.STARTED)
        for one in self._suppressions():
            if one.reason is SuppressionReason.STOP:
                self._uow.suppressions.lift(self._organisation_id, one.id, "recipient", self._now)

    def tell(self, request: AgreementRequest, kind: MessageKind) -> None:
        """Answer to the number that wrote."""
        asked = self._uow.questions.get(self._organisation_id, request.question_id)
        write_by(self._deps, self._uow, asked, request, ChannelKind.SMS, Occasion(kind, self._now))

    def leave(self, why: str, *, halts: bool = False) -> None:
        """For a person to read; what may be a wish for silence is followed until then."""
        about = self._requests[0] if len(self._requests) == 1 else None
        if halts:
            self._suppress(HALTED)
        unclear = Unclear(
            id=self._deps.ids.new("unc"),
            organisation_id=self._organisation_id,
            mode=self._mode,
            channel=str(ChannelKind.SMS),
            why=HALTED if halts else why,
            came_at=self._now,
            seq=0,
            request_id=about.id if about else "",
            question_id=about.question_id if about else "",
            sender=self._number,
            text=self._inbound.text,
        )
        body: dict[str, Json] = {"request": unclear.request_id, "channel": unclear.channel, "why": unclear.why}
        set_aside(self._deps, self._uow, unclear, body, {"from": self._number, "raw": self._inbound.text})

    def _act(self, request: AgreementRequest, said: Said) -> None:
        act = Act(said, Method.SMS_KEYWORD, self._now)
        seen: dict[str, Json] = {"provider_id": self._inbound.provider_id}
        hidden = {"from": self._number, "raw": self._inbound.text}
        done = Done(act, seen, hidden, channel=str(ChannelKind.SMS))
        act_on(self._deps, self._uow, request.id, self._organisation_id, done)

    def _act_on_last(self, requests: Sequence[AgreementRequest], said: Said) -> None:
        """Nothing is open: only one that was answered by this very road can be meant, and only if it is one."""
        answered = [one for one in requests if one.how is Method.SMS_KEYWORD]
        if len(answered) == 1:
            self._act(answered[0], said)
        else:
            self.leave("several")

    def _choose(self, live: Sequence[AgreementRequest]) -> None:
        """Nobody guesses which is meant: each is told with its code, and a person can see it."""
        self.leave("needs-code")
        for one in live[:_MOST_TOLD]:
            self.tell(one, MessageKind.NEEDS_CODE)

    def _by_keyword(self, request: AgreementRequest) -> bool:
        asked = self._uow.questions.get(self._organisation_id, request.question_id)
        return AskRoad.SMS_KEYWORD in text_of(asked).roads and request.state is not RequestState.CANCELLED

    def _keep(self, kind: EventKind) -> int:
        about = self._requests[0].id if self._requests else self._number_id()
        body: dict[str, Json] = {
            "channel": str(ChannelKind.SMS),
            "requests": [one.id for one in self._requests],
        }
        hidden = {"address": self._number, "raw": self._inbound.text}
        chain = ChainOf(self._organisation_id, self._mode)
        return keep_about(self._deps, self._uow, chain, Fact(kind, about, body), hidden)

    def _number_id(self) -> str:
        """What evidence calls a number that was never asked anything."""
        return f"num_{to_digest(self._deps.secret, ChannelKind.SMS, self._number)[:26]}"

    def _suppress(self, code: str) -> None:
        digest = to_digest(self._deps.secret, ChannelKind.SMS, self._number)
        stop = Suppression(
            id=self._deps.ids.new("sup"),
            organisation_id=self._organisation_id,
            mode=self._mode,
            channel=ChannelKind.SMS,
            to_digest=digest,
            reason=SuppressionReason.STOP,
            at=self._now,
            code=code,
        )
        self._uow.suppressions.add(stop)

    def _suppressions(self) -> Sequence[Suppression]:
        digest = to_digest(self._deps.secret, ChannelKind.SMS, self._number)
        return self._uow.suppressions.of(self._organisation_id, self._mode, ChannelKind.SMS, digest)


def _number(sender: str) -> str:
    """The number as requests have it; what is no number stays as it came."""
    checked = phone.check(sender, insists=True)
    return checked.value or sender
