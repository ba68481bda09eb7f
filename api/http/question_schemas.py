"""Shapes of questions: what is asked, as JSON in and out, what messages would be, and how far asking is."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final, Self

from pydantic import Field

# the names below are read by pydantic when a model is made
from agreements.messages import MessageKind
from agreements.questions.model import (
    AskRoad,
    Controller,
    Mandate,
    Policy,
    Preference,
    Purpose,
    Question,
    QuietHours,
    ReminderPlan,
    Verb,
    Wording,
)
from agreements.sms import Encoding
from api.http.schemas import FindingOut, In, Moment, Out
from api.ports import AskingState, Mode, QuestionState
from api.usecases.agreeing.previewing import Example
from api.usecases.agreeing.questions import QuestionWish, text_of

if TYPE_CHECKING:
    from api.ports import AgreementCounts, AskedQuestion, Asking
    from api.usecases.agreeing.asking import AskResult
    from api.usecases.agreeing.previewing import MailShown, Preview, SmsShown
    from api.usecases.agreeing.questions import Standing

QUESTION: Final = "qst_01jd8m2x4c7n3k5p9qrstv0wxy"
_ASKING: Final = "ask_01jd8m2x4c7n3k5p9qrstv0wxy"
_KEY: Final = "key_01jd8m2x4c7n3k5p9qrstv0wxy"
_WORDING: Final = {
    "title": "Betalen met een link",
    "question": "Wilt u de huur voortaan betalen met een link?",
    "explanation": "U krijgt elke maand een link.",
    "yes": "Ja, graag",
    "no": "Nee, liever niet",
}


class WordingIn(In):
    """The words in one language; title, question and both buttons must be there."""

    title: str = Field("", examples=["Betalen met een link"])
    question: str = Field("", examples=["Wilt u de huur voortaan betalen met een link?"])
    explanation: str = Field("", description="Paragraphs, with newlines between.", examples=["U krijgt elke maand…"])
    yes: str = Field("", description="On the button.", examples=["Ja, graag"])
    no: str = Field("", description="On the button.", examples=["Nee, liever niet"])
    after_yes: str = Field("", description="What happens next.", examples=["De eerste link komt op 1 februari."])
    after_no: str = Field("", examples=["Er verandert niets."])


class PurposeIn(In):
    """What something is for; a consent has exactly one."""

    key: str = Field(examples=["newsletter"])
    label: dict[str, str] = Field(description="By language.", examples=[{"nl": "Nieuwsbrief", "en": "Newsletter"}])


class ControllerIn(In):
    """Who asks, and how people reach them."""

    name: str = Field(default="", examples=["Woonstichting Grachtstad"])
    contact: str = Field(default="", examples=["088 123 45 67"])
    address: str = Field(default="", description="One line.", examples=["Kade 1, 1234 AB Grachtstad"])


class PolicyIn(In):
    """The privacy policy that is in force."""

    url: str = Field(default="", examples=["https://grachtstad.example.nl/privacy"])
    digest: str = Field(default="", description="`sha256:` and hex, over its bytes.", examples=["sha256:9f86d081…"])


class QuietHoursIn(In):
    """When nobody is written to; hours of the clock there."""

    from_hour: int = Field(default=20, examples=[20])
    until_hour: int = Field(default=8, examples=[8])
    sundays: bool = Field(default=True, description="All of Sunday too.")
    zone: str = Field(default="Europe/Amsterdam", max_length=60, examples=["Europe/Amsterdam"])


class RemindersIn(In):
    """When who has not answered is written to again."""

    after_days: list[int] = Field(default_factory=list, description="At most two, growing.", examples=[[7, 14]])
    quiet: QuietHoursIn = Field(default_factory=QuietHoursIn)


class PreferenceIn(In):
    """What your system sets on a yes; `preference.set` and `preference.ended` tell of it."""

    name: str = Field(examples=["pay-method"])
    value: str = Field(examples=["payment-link"])


class MandateIn(In):
    """The creditor of a SEPA direct debit, which is signed on paper."""

    creditor_name: str = Field("", examples=["Woonstichting Grachtstad"])
    creditor_address: str = Field("", examples=["Kade 1, 1234 AB Grachtstad"])
    creditor_id: str = Field("", examples=["NL00ZZZ123456780000"])
    recurring: bool = True


class QuestionIn(In):
    """A question whole; its mode is that of the key, and its version is given."""

    key: str = Field(description="Your own: small letters, digits, hyphens.", examples=["digital-payment"])
    name: str = Field(description="For staff.", examples=["Move to digital payment 2026"])
    brand: str = Field(description="Id, key or key@version: mails and page are in it.", examples=["grachtstad"])
    verb: Verb = Field(description="What a yes means; only `consent` is one of the GDPR.", examples=["agree"])
    roads: list[AskRoad] = Field(
        max_length=5, description="How it is asked and answered, in this order.", examples=[["email", "sms-link"]]
    )
    wordings: dict[str, WordingIn] = Field(
        max_length=20, description="By language; the first is for who has none of them.", examples=[{"nl": _WORDING}]
    )
    controller: ControllerIn = Field(
        default_factory=ControllerIn, examples=[{"name": "Woonstichting Grachtstad", "contact": "088 123 45 67"}]
    )
    purposes: list[PurposeIn] = Field(
        default_factory=list, max_length=20, examples=[[{"key": "payment", "label": {"nl": "Betalen"}}]]
    )
    policy: PolicyIn = Field(default_factory=PolicyIn, examples=[{"url": "https://grachtstad.example.nl/privacy"}])
    valid_days: int = Field(30, description="How long a request is open.", examples=[30])
    reminders: RemindersIn = Field(default_factory=RemindersIn, examples=[{"after_days": [7, 14]}])
    preference: PreferenceIn | None = Field(None, examples=[{"name": "pay-method", "value": "payment-link"}])
    signature: bool = Field(default=False, description="A tick on paper counts only with a signature beside it.")
    mandate: MandateIn | None = Field(None, examples=[None])
    transliterate: bool = Field(
        default=False, description="Spell signs that make text messages dear in another way; names never."
    )
    campaign: str = Field("", description="Id or key of one whose slips ask the same.", examples=["payment-letters"])
    answer_field: str = Field("", description="The tick or choice of that form.", examples=["pay_by_link"])
    signature_field: str = Field("", description="The signature of that form.", examples=["signed"])
    yes_value: str = Field("yes", description="What the form says for yes.", examples=["yes"])
    no_value: str = Field("no", examples=["no"])
    mail: str = Field("", description="Name of the mail channel; the first there is when left out.", examples=["mail"])
    sms: str = Field("", description="Name of the text message channel.", examples=["sms"])

    def question(self) -> Question:
        """What is asked, not looked at yet; `agreements.questions.checks` says what is wrong with it."""
        plan = self.reminders
        return Question(
            key=self.key,
            version=1,
            verb=self.verb,
            wordings={language: Wording(**words.model_dump()) for language, words in self.wordings.items()},
            controller=Controller(**self.controller.model_dump()),
            roads=tuple(dict.fromkeys(self.roads)),
            purposes=tuple([Purpose(one.key, one.label) for one in self.purposes]),
            policy=Policy(**self.policy.model_dump()),
            valid_days=self.valid_days,
            reminders=ReminderPlan(tuple(plan.after_days), QuietHours(**plan.quiet.model_dump())),
            preference=Preference(**self.preference.model_dump()) if self.preference else None,
            signature=self.signature,
            mandate=Mandate(**self.mandate.model_dump()) if self.mandate else None,
            transliterate=self.transliterate,
        )

    def wish(self, mode: Mode) -> QuestionWish:
        """What the use cases take; live or a test, as the caller is."""
        return QuestionWish(
            question=self.question(),
            name=self.name,
            brand=self.brand,
            mode=mode,
            campaign=self.campaign,
            answer_field=self.answer_field,
            signature_field=self.signature_field,
            yes_value=self.yes_value,
            no_value=self.no_value,
            mail=self.mail,
            sms=self.sms,
        )


class QuestionOut(Out):
    """A question; `text` is all that is asked, in the shape in which it was given."""

    id: str = Field(examples=[QUESTION])
    mode: Mode
    key: str = Field(examples=["digital-payment"])
    version: int = Field(examples=[1])
    name: str = Field(examples=["Move to digital payment 2026"])
    state: QuestionState = Field(description="A `draft` can be changed; nobody new is asked what is `closed`.")
    verb: Verb
    roads: list[AskRoad] = Field(examples=[["email", "sms-link"]])
    wordings: dict[str, WordingIn] = Field(examples=[{"nl": _WORDING}])
    controller: ControllerIn
    purposes: list[PurposeIn]
    policy: PolicyIn
    valid_days: int = Field(examples=[30])
    reminders: RemindersIn
    preference: PreferenceIn | None
    signature: bool
    mandate: MandateIn | None
    transliterate: bool
    brand_id: str = Field(examples=["brd_01jd8m2x4c7n3k5p9qrstv0wxy"])
    campaign_id: str = Field(examples=[""])
    answer_field: str = Field(examples=[""])
    signature_field: str = Field(examples=[""])
    yes_value: str = Field(examples=["yes"])
    no_value: str = Field(examples=["no"])
    mail: str = Field(examples=["mail"])
    sms: str = Field(examples=["sms"])
    created_at: Moment
    created_by: str = Field(examples=[_KEY])
    frozen_at: Moment | None = Field(description="When the first person was asked.")
    revision: int = Field(examples=[1])

    @classmethod
    def of(cls, asked: AskedQuestion) -> Self:
        """From the row."""
        return cls.model_validate(cls.values(asked))

    @classmethod
    def values(cls, asked: AskedQuestion) -> dict[str, object]:
        """What the row says, by name."""
        told = asdict(text_of(asked))
        return told | {name: getattr(asked, name) for name in QuestionOut.model_fields if name not in told}


class CountsOut(Out):
    """How many requests are where; `delivered` and `opened` are among `sent`."""

    asked: int = Field(examples=[4000])
    open: int = Field(examples=[1200])
    agreed: int = Field(examples=[2500])
    declined: int = Field(examples=[280])
    withdrawn: int = Field(examples=[10])
    expired: int = Field(examples=[10])
    cancelled: int = Field(examples=[0])
    sent: int = Field(examples=[3980])
    delivered: int = Field(examples=[3900])
    opened: int = Field(examples=[2900])
    unreachable: int = Field(examples=[20])
    unclear: int = Field(description="Answers that wait for a person.", examples=[7])

    @classmethod
    def of(cls, counts: AgreementCounts) -> Self:
        """From the counts."""
        return cls.model_validate(counts._asdict())


class AskingOut(Out):
    """How far a file of people is: `done` of `total` were taken up, and `made` of those were new."""

    id: str = Field(examples=[_ASKING])
    question_id: str = Field(examples=[QUESTION])
    state: AskingState
    total: int = Field(examples=[4000])
    done: int = Field(examples=[1500])
    made: int = Field(description="Others had been asked this before.", examples=[1498])
    not_before: Moment = Field(description="When the first messages may go.")
    created_at: Moment
    created_by: str = Field(examples=[_KEY])

    @classmethod
    def of(cls, asking: Asking) -> Self:
        """From the row."""
        return cls.model_validate({name: getattr(asking, name) for name in cls.model_fields})


class StandingOut(QuestionOut):
    """A question, and how it stands at this moment."""

    counts: CountsOut
    askings: list[AskingOut] = Field(description="Newest first.")

    @classmethod
    def of_standing(cls, standing: Standing) -> Self:
        """From what was counted."""
        askings = list(map(AskingOut.of, standing.askings))
        more = {"counts": CountsOut.of(standing.counts), "askings": askings}
        return cls.model_validate(cls.values(standing.asked) | more)


class AskedOut(Out):
    """What came of a list of people, or with `check` would come of it."""

    rows: int = Field(examples=[4000])
    people: int = Field(description="Rows that can be asked.", examples=[3996])
    invalid: int = Field(examples=[4])
    applied: bool = Field(description="False when it was only checked.")
    asking: AskingOut | None = Field(description="Look at it to follow; nothing when it was only checked.")
    findings: list[FindingOut] = Field(description="At most 200.")
    findings_left_out: int = Field(examples=[0])

    @classmethod
    def of(cls, result: AskResult) -> Self:
        """From the outcome."""
        return cls(
            rows=result.rows,
            people=result.people,
            invalid=result.rows - result.people,
            applied=result.asking is not None,
            asking=None if result.asking is None else AskingOut.of(result.asking),
            findings=list(map(FindingOut.of, result.noted.shown)),
            findings_left_out=result.noted.left_out,
        )

    @classmethod
    def of_asking(cls, asking: Asking) -> Self:
        """From what was kept, when the answer got lost: findings are told no more."""
        shown = AskingOut.of(asking)
        return cls(
            rows=asking.total,
            people=asking.total,
            invalid=0,
            applied=True,
            asking=shown,
            findings=[],
            findings_left_out=0,
        )


class PersonIn(In):
    """Somebody to show it for, invented or not; nothing of it is kept."""

    name: str = Field("", max_length=200, examples=["Mevrouw De Vries"])
    record_id: str = Field("H-10442", max_length=64, description="Your own key of them.", examples=["H-10442"])
    code: str = Field(
        "", pattern="^([0-9]{4})?$", description="For who has several open questions by text.", examples=["4711"]
    )
    kind: MessageKind = Field(MessageKind.REQUEST, description="Which message.")

    def example(self) -> Example:
        """What the use case takes."""
        return Example(self.name, self.record_id, self.code, self.kind)


class PreviewIn(PersonIn):
    """A question that is not kept, and somebody to show it for."""

    question: QuestionIn = Field(
        examples=[
            {
                "key": "digital-payment",
                "name": "Digital payment",
                "brand": "grachtstad",
                "verb": "agree",
                "roads": ["email"],
                "wordings": {"nl": _WORDING},
            }
        ]
    )


class MailShownOut(Out):
    """A mail as it would be."""

    sender: str = Field(examples=["post@grachtstad.example"])
    subject: str = Field(examples=["Betalen met een link"])
    text: str = Field(examples=["Geachte mevrouw De Vries, …"])
    html: str = Field(description="Whole: its logo is in it.", examples=["<!doctype html>…"])

    @classmethod
    def of(cls, mail: MailShown) -> Self:
        """From what was rendered."""
        return cls.model_validate(mail)


class DearSignOut(Out):
    """A sign that makes a text message dear, and what could stand there."""

    sign: str = Field(examples=["ï"])
    count: int = Field(examples=[1])
    instead: str | None = Field(examples=["i"])


class SmsShownOut(Out):
    """A text message as it would be, and what it costs."""

    sender: str = Field(examples=["+3197012345678"])
    text: str = Field(examples=["Grachtstad: wilt u…"])
    encoding: Encoding
    parts: int = Field(examples=[2])
    units: int = Field(description="Signs of the alphabet that is used.", examples=[261])
    left: int = Field(description="Room before there is another part.", examples=[45])
    dear: list[DearSignOut] = Field(description="Signs that more than halve what fits in a part.")
    price: str | None = Field(description="In euros; nothing when the channel has no price.", examples=["0.150"])

    @classmethod
    def of(cls, sms: SmsShown) -> Self:
        """From what was counted."""
        found = sms.segments
        tenths = sms.price_tenths
        return cls(
            sender=sms.sender,
            text=sms.text,
            encoding=found.encoding,
            parts=found.parts,
            units=found.units,
            left=found.left,
            dear=[DearSignOut.model_validate(one) for one in found.dear],
            price=None if tenths is None else f"{tenths // 1000}.{tenths % 1000:03}",
        )


class PreviewedOut(Out):
    """What one person would get and see in one language."""

    language: str = Field(examples=["nl"])
    mail: MailShownOut | None = Field(description="Nothing when the roads have no e-mail.")
    sms: SmsShownOut | None = Field(description="Nothing when the roads have no text messages.")
    page: str = Field(description="What the page says, and the evidence keeps, a line each.", examples=["question: …"])


class PreviewOut(Out):
    """What people would get and see, and what is wrong with the question."""

    languages: list[PreviewedOut]
    findings: list[FindingOut] = Field(description="None when people can be asked.")

    @classmethod
    def of(cls, preview: Preview) -> Self:
        """From what was rendered."""
        shown = [
            PreviewedOut(
                language=one.language,
                mail=None if one.mail is None else MailShownOut.of(one.mail),
                sms=None if one.sms is None else SmsShownOut.of(one.sms),
                page=one.page,
            )
            for one in preview.languages
        ]
        return cls(languages=shown, findings=list(map(FindingOut.of, preview.findings)))
