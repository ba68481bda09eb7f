"""How a gateway is spoken to, as data: `sms_gateways.toml` has the known ones."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.ports import DeliveryKind  # noqa: TC001 (pydantic reads it when the program runs)

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = Annotated[str, Field(max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Numbers(StrEnum):
    """How a gateway wants numbers: +31612345678, 31612345678 or 0031612345678."""

    PLUS = "plus"
    PLAIN = "plain"
    ZEROS = "zeros"


class Answers(_Strict):
    """Places in the answer to a message."""

    id: Place = ""
    status: Place = ""
    parts: Place = ""
    code: Place = ""
    detail: Place = ""


class Reports(_Strict):
    """Places in a status report; ``items`` is where a list of them is, when there is more than one in a request."""

    items: Place = ""
    id: Place = ""
    reference: Place = ""
    status: Place
    number: Place = ""
    at: Place = ""
    code: Place = ""
    detail: Place = ""


class Inbounds(_Strict):
    """Places in a message that somebody sent to us."""

    items: Place = ""
    id: Place = ""
    sender: Place
    to: Place
    text: Place
    at: Place = ""


class Permanent(_Strict):
    """Codes that say that a number will never take a message."""

    codes: frozenset[str] = frozenset()


class Signed(StrEnum):
    """What a signature is over, in this order, with ``joined_by`` between them."""

    TIMESTAMP = "timestamp"
    QUERY = "query"
    BODY = "body"
    BODY_SHA256 = "body-sha256"


class Signature(_Strict):
    """HMAC-SHA256 in a header; with a timestamp in another it holds for ``most_age_s``."""

    header: str
    timestamp_header: str = ""
    over: tuple[Signed, ...] = (Signed.BODY,)
    joined_by: str = "\n"
    encoding: Annotated[str, Field(pattern=r"^(hex|base64)$")] = "hex"
    prefix: str = ""
    most_age_s: int = 300


class GatewayProfile(_Strict):
    """One gateway. ``statuses`` say what its words mean; words in lower case."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    numbers: Numbers = Numbers.PLUS
    headers: dict[str, str] = Field(default_factory=dict)
    body: dict[str, Any]
    encodings: dict[str, str] = Field(default_factory=dict)
    answer: Answers = Answers()
    report: Reports
    inbound: Inbounds
    statuses: dict[str, DeliveryKind]
    permanent: Permanent = Permanent()
    account_codes: frozenset[str] = frozenset()
    signature: Signature | None = None

    @field_validator("statuses")
    @classmethod
    def _lower(cls, statuses: dict[str, DeliveryKind]) -> dict[str, DeliveryKind]:
        return {word.lower(): kind for word, kind in statuses.items()}


@cache
def known_gateways() -> Mapping[str, Mapping[str, Any]]:
    """The tables of the gateways we know, by name."""
    source = resources.files("api.adapters").joinpath("sms_gateways.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)


def profile_of(name: str, changes: Mapping[str, Any] | None = None) -> GatewayProfile:
    """A known gateway, or none (``own``), with parts of it overruled.

    Raises KeyError for a name that is not known, pydantic.ValidationError for what is no profile.
    """
    known: Mapping[str, Any] = {} if name == "own" else known_gateways()[name]
    return GatewayProfile.model_validate(_merged(known, changes or {}))


def _merged(known: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    both = {key: known[key] for key in known if key not in changes}
    for key, value in changes.items():
        before = known.get(key)
        deeper = isinstance(before, dict) and isinstance(value, dict) and key != "body"
        both[key] = _merged(before, value) if deeper and before is not None else value
    return both
