"""Shapes of campaigns: what is asked, how they stand, recipients, links, reminders and files that come in."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import AfterValidator, AwareDatetime, Field

# the names below are read by pydantic when a model is made
from api.http.schemas import FindingOut, In, Moment, Out
from api.ports import REMIND_AT, ImportState, Mode, Policy, Road
from api.usecases.answering.campaigns import CampaignState, state_of
from api.usecases.scanning.forms import read_reply
from docgen.findings import errors_first
from docgen.reply_form import ReplyKind

if TYPE_CHECKING:
    from api.ports import AnswerImport, Campaign, Recipient
    from api.usecases.answering.bringing import Brought
    from api.usecases.answering.campaigns import Report
    from api.usecases.answering.importing import Imported
    from api.usecases.answering.links import FreshLink
    from api.usecases.answering.reminding import Reminded
    from api.usecases.answering.sending_links import SentLink
    from docgen.reply_form import ReplyField, ReplyForm

_CAMPAIGN: Final = "cmp_01jd8m2x4c7n3k5p9qrstv0wxy"
_JOB: Final = "job_01jd8m2x4c7n3k5p9qrstv0wxy"
_TIME: Final = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
_FIRST_YEAR, _LAST_YEAR = 2000, 2200


def _usable(moment: datetime) -> datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"Give a time in the years {_FIRST_YEAR} to {_LAST_YEAR}.")
    return moment


GivenMoment = Annotated[AwareDatetime, AfterValidator(_usable)]


class CampaignIn(In):
    """A new campaign; its mode is that of the key."""

    key: str = Field(description="Your own: letters, digits, dots, dashes, underscores.", examples=["meters-2026"])
    name: str = Field(examples=["Water meters 2026"])
    template: str = Field(
        description="Id, key or key@version of a template that asks.", examples=["water-meter-reading"]
    )
    brand: str = Field(description="Id, key or key@version; the personal page is in it.", examples=["zandeland"])
    opens_at: GivenMoment | None = Field(None, description="At once when left out.", examples=["2026-12-01T00:00:00Z"])
    closes_at: GivenMoment | None = Field(
        None,
        description="Until then people may answer and correct; 120 days when left out.",
        examples=["2026-12-31T23:00:00Z"],
    )
    gone_at: GivenMoment | None = Field(
        None,
        description="Until then people see what they gave; 90 days more when left out.",
        examples=["2027-03-31T22:00:00Z"],
    )
    reminders: list[date] = Field(
        default_factory=list,
        max_length=20,
        description="Days on which who has not answered is written to again.",
        examples=[["2026-12-14"]],
    )
    remind_at: str = Field(
        REMIND_AT,
        pattern=_TIME,
        description="When reminders begin, on the clock of your organisation (its cut-offs; Europe/Amsterdam).",
        examples=["09:00"],
    )


class CampaignChangeIn(In):
    """What is to change; what is left out stays."""

    name: str | None = Field(None, examples=["Water meters 2026"])
    opens_at: GivenMoment | None = Field(
        None, description="`null` opens it at once.", examples=["2026-12-01T00:00:00Z"]
    )
    closes_at: GivenMoment | None = Field(None, examples=["2027-01-15T23:00:00Z"])
    gone_at: GivenMoment | None = Field(None, examples=["2027-03-31T22:00:00Z"])
    reminders: list[date] | None = Field(None, max_length=20, examples=[["2026-12-14", "2027-01-04"]])
    remind_at: str | None = Field(None, pattern=_TIME, examples=["10:30"])


class ChoiceOut(Out):
    """One of the answers of a choice."""

    value: str = Field(examples=["yes"])
    label: dict[str, str] = Field(examples=[{"nl": "Ja", "en": "Yes"}])


class ReplyFieldOut(Out):
    """One question; texts are by language. `known` has the names of fields of your records with what is known."""

    name: str = Field(examples=["reading"])
    kind: ReplyKind
    label: dict[str, str] = Field(examples=[{"nl": "Meterstand", "en": "Reading"}])
    required: bool
    length: int = Field(description="Boxes, dials or characters; 0 is a line.", examples=[5])
    decimals: int = Field(examples=[0])
    choices: list[ChoiceOut] = Field(examples=[[]])
    known: dict[str, str] = Field(examples=[{"previous_reading": "previous_reading"}])
    purpose: dict[str, str] = Field(examples=[{"nl": "Voor uw afrekening.", "en": "For your water bill."}])
    hint: dict[str, str] = Field(examples=[{}])
    purpose_of: list[str] = Field(
        description="Of a tick: fields that may be used for what it says.", examples=[["phone", "email"]]
    )

    @classmethod
    def of(cls, asked: ReplyField) -> Self:
        """From the form."""
        return cls(
            name=asked.name,
            kind=asked.kind,
            label=dict(asked.label),
            required=asked.required,
            length=asked.length,
            decimals=asked.decimals,
            choices=[ChoiceOut(value=one.value, label=dict(one.label)) for one in asked.choices],
            known={str(what): name for what, name in asked.known.items()},
            purpose=dict(asked.purpose),
            hint=dict(asked.hint),
            purpose_of=list(asked.purpose_of),
        )


class ReplyFormOut(Out):
    """What is asked, in its order."""

    id: str = Field(examples=["water-meter"])
    title: dict[str, str] = Field(examples=[{"nl": "Watermeter", "en": "Water meter"}])
    fields: list[ReplyFieldOut]

    @classmethod
    def of(cls, form: ReplyForm) -> Self:
        """From the form."""
        return cls(id=form.id, title=dict(form.title), fields=list(map(ReplyFieldOut.of, form.fields)))


class CampaignOut(Out):
    """A campaign: what is asked of many, and until when."""

    id: str = Field(examples=[_CAMPAIGN])
    mode: Mode
    state: CampaignState
    key: str = Field(examples=["meters-2026"])
    name: str = Field(examples=["Water meters 2026"])
    template_id: str = Field(examples=["tpl_01jd8m2x4c7n3k5p9qrstv0wxy"])
    brand_id: str = Field(examples=["brd_01jd8m2x4c7n3k5p9qrstv0wxy"])
    opens_at: Moment | None = None
    closes_at: Moment
    gone_at: Moment
    revoked_at: Moment | None = None
    reminders: list[date] = Field(examples=[["2026-12-14"]])
    reminded: list[date] = Field(description="Those that are over.", examples=[[]])
    remind_at: str = Field(description="When they begin.", examples=["09:00"])
    created_at: Moment
    created_by: str = Field(examples=["key_01jd8m2x4c7n3k5p9qrstv0wxy"])
    revision: int = Field(examples=[1])
    reply_form: ReplyFormOut

    @classmethod
    def of(cls, campaign: Campaign, now: datetime) -> Self:
        """From the row, as it is now."""
        own = {"state", "reply_form", "reminders", "reminded"}
        values = {name: getattr(campaign, name) for name in cls.model_fields if name not in own}
        return cls(
            **values,
            state=state_of(campaign, now),
            reminders=list(campaign.reminders),
            reminded=list(campaign.reminded),
            reply_form=ReplyFormOut.of(read_reply(campaign.reply_form)),
        )


class DayCountOut(Out):
    """Answers that came by a road on a day (UTC)."""

    day: date = Field(examples=["2026-12-03"])
    road: Road
    submissions: int = Field(examples=[212])


class ReportOut(Out):
    """How a campaign stands. Shares are of its recipients, from 0 to 1; null while it has none."""

    campaign_id: str = Field(examples=[_CAMPAIGN])
    state: CampaignState
    recipients: int = Field(examples=[4000])
    sent: int = Field(description="Were sent a letter.", examples=[3980])
    opened: int = Field(description="Came to their page.", examples=[1240])
    answered: int = Field(description="Answered anything.", examples=[2010])
    complete: int = Field(description="Answered all that must be answered.", examples=[1976])
    waiting: int = Field(description="Have an answer that waits for a person of yours.", examples=[14])
    opened_share: float | None = Field(examples=[0.31])
    answered_share: float | None = Field(examples=[0.5025])
    complete_share: float | None = Field(examples=[0.494])
    per_road: dict[Road, int] = Field(description="Answers by road.", examples=[{"page": 1500, "slip": 620}])
    per_day: list[DayCountOut]

    @classmethod
    def of(cls, report: Report, now: datetime) -> Self:
        """From the counts."""
        counts, days = report.counts, report.per_day
        roads: dict[Road, int] = {}
        for one in days:
            roads[one.road] = roads.get(one.road, 0) + one.submissions
        return cls(
            campaign_id=report.campaign.id,
            state=state_of(report.campaign, now),
            **counts._asdict(),
            opened_share=_share(counts.opened, counts.recipients),
            answered_share=_share(counts.answered, counts.recipients),
            complete_share=_share(counts.complete, counts.recipients),
            per_road=roads,
            per_day=[DayCountOut(**one._asdict()) for one in days],
        )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


class RecipientOut(Out):
    """A recipient of a campaign; `links` counts ways in, `answered` settled fields, `waiting` those for a person."""

    record_id: str = Field(examples=["H-10442"])
    language: str = Field(examples=["nl"])
    postcode: str = Field(examples=["1234 AB"])
    house: str = Field(examples=["12 A"])
    links: int = Field(examples=[1])
    answered: int = Field(examples=[2])
    waiting: int = Field(examples=[0])

    @classmethod
    def of(cls, one: Recipient) -> Self:
        """From the row."""
        return cls(
            record_id=one.recipient,
            language=one.language,
            postcode=one.postcode,
            house=one.house,
            links=one.letters,
            answered=one.answered,
            waiting=one.waiting,
        )


class FreshLinkIn(In):
    """A link for a recipient."""

    replaces: bool = Field(default=True, description="End all other links of this recipient in the campaign.")
    to: str = Field(
        default="",
        max_length=320,
        description="An e-mail address or mobile number: the link is sent there, is in no answer, and ends all others.",
        examples=["bewoner@example.org"],
    )


class FreshLinkOut(Out):
    """A new link. It is shown this once, and is empty when the request is repeated."""

    entry_id: str = Field(examples=["ent_01jd8m2x4c7n3k5p9qrstv0wxy"])
    record_id: str = Field(examples=["H-10442"])
    url: str | None = Field(None, examples=["HTTPS://METER.ZANDELAND.EXAMPLE/7K3N9QABCDEFGHJKMNPQRSTVWX"])
    host: str = Field(description="Where a code is typed.", examples=["meter.zandeland.example"])
    code: str | None = Field(None, examples=["K7XQ-M2PF-9C"])
    message_id: str | None = Field(
        None, description="The message that has it, when it was sent.", examples=["msg_01jd8m2x4c7n3k5p9qrstv0wxy"]
    )

    @classmethod
    def sent(cls, sent: SentLink) -> Self:
        """What was sent, without the link."""
        own = sent.entry
        return cls(
            entry_id=own.id, record_id=own.recipient, host=sent.host, url=None, code=None, message_id=sent.message.id
        )

    @classmethod
    def of(cls, link: FreshLink) -> Self:
        """From what was made."""
        own = link.entry
        return cls(
            entry_id=own.id, record_id=own.recipient, url=link.url, host=link.host, code=link.code, message_id=None
        )


class RevokeLinksIn(In):
    """Why the links of a recipient end."""

    reason: str = Field(description="In your words; it stands in the contact moments.", examples=["moved"])


class RevokedOut(Out):
    """What ended."""

    record_id: str = Field(examples=["H-10442"])
    revoked: int = Field(description="Links that ended now.", examples=[1])


class ReminderIn(In):
    """How who has not answered is written to again."""

    template: str = Field("", description="One that asks the same; that of the campaign when left out.")
    title: str = Field("", description="Of the print job.", examples=["Second letter"])
    values: dict[str, Any] = Field(
        default_factory=dict,
        max_length=50,
        description="Values for all letters in place of those of the letter before. `letter_date` is today by itself.",
        examples=[{"answer_before": "2027-01-15"}],
    )


class ReminderOut(Out):
    """What came of it; no job when nobody is left to write to."""

    job_id: str | None = Field(examples=[_JOB])
    letters: int = Field(examples=[1984])
    left_out: dict[str, int] = Field(
        description="How many people were left out, by reason: `complete`, `waiting` (for a person of yours), "
        "`revoked`, `stopped`, `no-letter` (none was made), `removed` (what their letter said is no longer kept).",
        examples=[{"complete": 1976, "stopped": 3}],
    )

    @classmethod
    def of(cls, done: Reminded) -> Self:
        """From the outcome."""
        left_out = {str(why): count for why, count in done.left_out.items()}
        return cls(job_id=done.job_id, letters=done.letters, left_out=left_out)


class AnswersImportedOut(Out):
    """What a file of answers did, or with `check` would do: `rows` = `taken` + `unchanged` + `invalid`."""

    rows: int = Field(examples=[500])
    taken: int = Field(examples=[490])
    for_review: int = Field(description="Of those taken, rows that a person will look at.", examples=[12])
    unchanged: int = Field(description="Rows that say nothing new.", examples=[6])
    invalid: int = Field(examples=[4])
    applied: bool = Field(description="False when it was only checked.")
    findings: list[FindingOut] = Field(description="At most 200.")
    findings_left_out: int = Field(examples=[0])

    @classmethod
    def of(cls, done: Imported) -> Self:
        """From the outcome."""
        own = {"findings", "findings_left_out"}
        counts = {name: getattr(done, name) for name in cls.model_fields if name not in own}
        findings = list(map(FindingOut.of, done.noted.shown))
        return cls(**counts, findings=findings, findings_left_out=done.noted.left_out)


class AnswerImportOut(Out):
    """How far a large file of answers is: `rows` judged so far = `taken` + `unchanged` + `invalid`."""

    id: str = Field(examples=["imp_01jd8m2x4c7n3k5p9qrstv0wxy"])
    campaign_id: str = Field(examples=[_CAMPAIGN])
    state: ImportState = Field(
        description="`judging` and `taking` go on by themselves; of what is `refused` nothing more is kept than was "
        "`written`; `failed` is for your operator, send the file again afterwards."
    )
    check: bool = Field(description="Only says what would happen.")
    policy: Policy
    created_at: Moment
    created_by: str = Field(examples=["key_01jd8m2x4c7n3k5p9qrstv0wxy"])
    ended_at: Moment | None = None
    rows: int = Field(examples=[80000])
    written: int = Field(description="Rows gone through a second time, and kept.", examples=[32000])
    taken: int = Field(examples=[79000])
    for_review: int = Field(description="Of those taken, rows that a person will look at.", examples=[120])
    unchanged: int = Field(description="Rows that say nothing new.", examples=[900])
    invalid: int = Field(examples=[100])
    code: str = Field(description="Why it was refused or failed.", examples=[""])
    detail: str = Field(description="The same in words.", examples=[""])
    findings: list[FindingOut] = Field(description="At most 200.")
    findings_left_out: int = Field(examples=[0])

    @classmethod
    def of(cls, row: AnswerImport) -> Self:
        """From the row."""
        own = {"check", "created_by", "findings", "findings_left_out"}
        values = {name: getattr(row, name) for name in cls.model_fields if name not in own}
        left_out = max(0, sum(row.finding_counts.values()) - len(row.findings))
        findings = list(map(FindingOut.of, errors_first(row.findings)))
        return cls(**values, check=row.checks_only, created_by=row.by, findings=findings, findings_left_out=left_out)


class RecipientsImportedOut(Out):
    """What a file of recipients did, or with `check` would do."""

    rows: int = Field(examples=[120])
    added: int = Field(examples=[118])
    changed: int = Field(description="Were known otherwise.", examples=[1])
    unchanged: int = Field(examples=[1])
    invalid: int = Field(examples=[0])
    applied: bool = Field(description="False when it was only checked.")
    findings: list[FindingOut] = Field(description="At most 200.")
    findings_left_out: int = Field(examples=[0])

    @classmethod
    def of(cls, done: Brought) -> Self:
        """From the outcome."""
        own = {"findings", "findings_left_out"}
        counts = {name: getattr(done, name) for name in cls.model_fields if name not in own}
        findings = list(map(FindingOut.of, done.noted.shown))
        return cls(**counts, findings=findings, findings_left_out=done.noted.left_out)
