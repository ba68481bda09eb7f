"""A mail channel in the file of channels: ``[[mail]]``."""

from __future__ import annotations

import base64
import ssl
from typing import TYPE_CHECKING, Annotated, Literal, Self

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from api.adapters.channel_entry import ChannelEntry, Line, secret_file, secret_in
from api.ports import ChannelKind, ChannelSetup

if TYPE_CHECKING:
    from api.adapters.channel_entry import ChannelTools
    from api.adapters.mail_content import DkimKey
    from api.ports import Channel

_PORTS = {"tls": 465, "starttls": 587, "none": 25}
_MIN_KEY_BITS = 1024  # RFC 8301, 3.2


def _address(value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise ValueError("this is no e-mail address, such as post@example.org") from None


Address = Annotated[Line, AfterValidator(_address)]
Domain = Annotated[str, StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9-]+$", max_length=253)]


class MailEntry(ChannelEntry):
    """Where mail is handed over, who it is from, how it is signed and where it comes back to."""

    sender: Address
    sender_name: Line = ""
    reply_to: Address | Literal[""] = ""
    host: Annotated[Line, StringConstraints(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["tls", "starttls", "none"] = "starttls"
    user: Line = ""
    password_file: str = ""
    authority_file: str = ""
    hello: Domain | Literal[""] = ""
    timeout_s: Annotated[float, Field(ge=1, le=300)] = 30.0
    dkim_selector: Domain | Literal[""] = ""
    dkim_domain: Domain | Literal[""] = ""
    dkim_key_file: str = ""
    return_domain: Domain | Literal[""] = ""
    bounce_folder: str = ""
    check_domains: bool = True
    sent_from: tuple[Annotated[Line, StringConstraints(min_length=1)], ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.user) != bool(self.password_file):
            raise ValueError("user and password_file belong together: give both or none")
        if self.user and self.security == "none":
            raise ValueError("a password never goes without TLS: set security to tls or starttls")
        if bool(self.dkim_selector) != bool(self.dkim_key_file):
            raise ValueError("dkim_selector and dkim_key_file belong together: give both or none")
        if self.bounce_folder and not self.return_domain:
            raise ValueError("bounce_folder needs a return_domain, to which mail comes back")
        return self

    def setup(self, tools: ChannelTools) -> ChannelSetup:
        """With the public half of the key."""
        secret_in(tools, self.password_file)
        if self.authority_file:
            secret_file(tools, self.authority_file)
        return ChannelSetup(
            organisation_id=self.organisation,
            name=self.name,
            kind=ChannelKind.EMAIL,
            sender=self.sender,
            sender_name=self.sender_name,
            reply_to=self.reply_to,
            return_domain=self.return_domain,
            check_domains=self.check_domains,
            most_a_minute=self.most_a_minute,
            dkim_domain=self._dkim_domain() if self.dkim_selector else "",
            dkim_selector=self.dkim_selector,
            dkim_public=_public(secret_file(tools, self.dkim_key_file)) if self.dkim_key_file else "",
            sent_from=self.sent_from or (self.host,),
            bounce_folder=str(tools.folder / self.bounce_folder) if self.bounce_folder else "",
        )

    def open(self, tools: ChannelTools) -> Channel:
        """On smtplib."""
        # most processes send nothing
        from api.adapters.mail_content import Sender  # noqa: PLC0415 - see above
        from api.adapters.mail_smtp import SmtpChannel, SmtpServer  # noqa: PLC0415 - see above

        server = SmtpServer(
            self.host,
            self.port or _PORTS[self.security],
            self.security,
            self.user,
            secret_in(tools, self.password_file),
            self.hello,
            self.timeout_s,
            self._tls(tools),
        )
        return SmtpChannel(server, Sender(self.sender, self.sender_name), tools.clock, self._key(tools))

    def _tls(self, tools: ChannelTools) -> ssl.SSLContext | None:
        if not self.authority_file:
            return None
        return ssl.create_default_context(cafile=str(tools.folder / self.authority_file))

    def _key(self, tools: ChannelTools) -> DkimKey | None:
        from api.adapters.mail_content import DkimKey  # noqa: PLC0415 - most processes send nothing

        if not self.dkim_key_file:
            return None
        return DkimKey(self._dkim_domain(), self.dkim_selector, secret_file(tools, self.dkim_key_file))

    def _dkim_domain(self) -> str:
        return self.dkim_domain or self.sender.rpartition("@")[2]


def _public(pem: bytes) -> str:
    """The public half of a private RSA key, as DNS has it: base64 of its DER."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 - only with DKIM
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - only with DKIM
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    try:
        private = load_pem_private_key(pem, None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, RSAPrivateKey) or private.key_size < _MIN_KEY_BITS:
        raise ValueError("dkim_key_file is no RSA key in PEM without a password, of 1024 bits or more")
    return base64.b64encode(private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
