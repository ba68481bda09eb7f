"""A channel for text messages in the file of channels: ``[[sms]]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import quote

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from api.adapters.channel_entry import ChannelEntry, Line, secret_in
from api.ports import ChannelKind, ChannelSetup, is_sms_sender, takes_replies

if TYPE_CHECKING:
    from api.adapters.channel_entry import ChannelTools
    from api.adapters.sms_gateway import SmsAccount
    from api.adapters.sms_profile import GatewayProfile
    from api.ports import Channel

_LEAST_SECRET = 24
_KANNEL = "kannel"


def _sender(value: str) -> str:
    if not is_sms_sender(value):
        raise ValueError("a sender is a number such as +3197012345678 or 3669, or at most 11 letters and digits")
    return value


class SmsEntry(ChannelEntry):
    """Which gateway carries text messages, who they are from, what they cost and where it calls us.

    ``profile`` overrules parts of the gateway's own (`sms_gateways.toml`), or is the whole of one that is ``own``.
    ``part_price`` is in tenths of a cent.
    """

    sender: Annotated[Line, AfterValidator(_sender)]
    gateway: Literal["messagebird", "cm", "spryng", "own", "kannel"]
    url: Annotated[Line, StringConstraints(pattern=r"^(https?://\S+)?$")] = ""
    user: Line = ""
    key_file: str
    callback_base: Annotated[Line, StringConstraints(pattern=r"^(https?://[^\s/]+)?$")] = ""
    callback_secret_file: str = ""
    signing_key_file: str = ""
    replies: bool | None = None
    part_price: Annotated[int, Field(ge=0, le=10_000)] = 0
    most_parts: Annotated[int, Field(ge=1, le=8)] = 3
    timeout_s: Annotated[float, Field(ge=1, le=120)] = 20.0
    profile: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.gateway == _KANNEL and not (self.url and self.user):
            raise ValueError("Kannel needs the url of its sendsms, and a user")
        if self.gateway == _KANNEL and (self.profile or self.signing_key_file):
            raise ValueError("Kannel has no profile and signs nothing: leave out profile and signing_key_file")
        if bool(self.callback_base) != bool(self.callback_secret_file):
            raise ValueError("callback_base and callback_secret_file belong together: give both or none")
        if self.replies and not takes_replies(self.sender):
            raise ValueError("nobody can answer letters: give a number as sender, or leave replies out")
        if self.replies and not self.callback_base:
            raise ValueError("replies come to an address of ours: give callback_base and callback_secret_file")
        return self

    def setup(self, tools: ChannelTools) -> ChannelSetup:
        """With the price, which authors must know before anything is sent."""
        self._account(tools)
        if self.gateway != _KANNEL:
            self._profile()
        return ChannelSetup(
            organisation_id=self.organisation,
            name=self.name,
            kind=ChannelKind.SMS,
            sender=self.sender,
            most_a_minute=self.most_a_minute,
            part_price=self.part_price,
            most_parts=self.most_parts,
        )

    def open(self, tools: ChannelTools) -> Channel:
        """On httpx."""
        # most processes send nothing
        from api.adapters.sms_gateway import SmsGateway  # noqa: PLC0415 (see above)
        from api.adapters.sms_kannel import KannelGateway  # noqa: PLC0415 (see above)

        account = self._account(tools)
        if self.gateway == _KANNEL:
            return KannelGateway(self.url, self.user, account, timeout_s=self.timeout_s)
        return SmsGateway(self._profile(), account, timeout_s=self.timeout_s, now=tools.clock.now)

    def _replies(self) -> bool:
        able = takes_replies(self.sender) and bool(self.callback_base)
        return able if self.replies is None else self.replies

    def _account(self, tools: ChannelTools) -> SmsAccount:
        from api.adapters.sms_gateway import SmsAccount  # noqa: PLC0415 (most processes send nothing)

        secret = secret_in(tools, self.callback_secret_file)
        if secret and (len(secret) < _LEAST_SECRET or quote(secret, safe="") != secret):
            raise ValueError(
                f"{self.callback_secret_file} must have {_LEAST_SECRET} letters, digits and hyphens or more"
            )
        return SmsAccount(
            sender=self.sender,
            key=secret_in(tools, self.key_file),
            callback_url=f"{self.callback_base}/v1/channels/{self.name}/callback/{secret}" if secret else "",
            callback_secret=secret,
            signing_key=secret_in(tools, self.signing_key_file),
            most_parts=self.most_parts,
            replies=self._replies(),
        )

    def _profile(self) -> GatewayProfile:
        """Raises ValueError (pydantic's own is one) for a profile that is not whole."""
        from api.adapters.sms_profile import profile_of  # noqa: PLC0415 (most processes send nothing)

        return profile_of(self.gateway, {**self.profile, **({"url": self.url} if self.url else {})})
