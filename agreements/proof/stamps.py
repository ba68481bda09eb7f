"""Checkpoints in a file of evidence, and what their time stamps (RFC 3161) say."""

from __future__ import annotations

import base64
import datetime as dt
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from asn1crypto import tsp

from agreements.evidence.canonical import canonical
from agreements.proof.values import StampedCheckpoint, StampState

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_checkpoint(value: Mapping[str, Any]) -> StampedCheckpoint:
    """A checkpoint with what its stamp says. Raises KeyError, TypeError or ValueError for what has another form."""
    checkpoint = value["checkpoint"]
    digest = sha256(canonical(checkpoint)).digest()
    try:
        state, stamped_at, authority = _stamp(base64.b64decode(value.get("stamp", "")), digest)
    except (ValueError, KeyError, TypeError, IndexError):  # what stands there has not the form of a stamp
        state, stamped_at, authority = StampState.OTHER, None, ""
    return StampedCheckpoint(
        number=int(checkpoint["number"]),
        first=int(checkpoint["first"]),
        last=int(checkpoint["last"]),
        at=dt.datetime.fromisoformat(checkpoint["at"]).astimezone(dt.UTC),
        root=str(checkpoint["root"]),
        digest=f"sha256:{digest.hex()}",
        state=state,
        stamped_at=stamped_at,
        authority=authority,
    )


def _stamp(der: bytes, digest: bytes) -> tuple[StampState, dt.datetime | None, str]:
    """Whether the answer of an authority is of this digest, when it was given and by whom.

    Who signed it is not judged here: that needs certificates that the reader trusts.
    """
    if not der:
        return StampState.MISSING, None, ""
    response = tsp.TimeStampResp.load(der)
    token = response["time_stamp_token"]
    if response["status"]["status"].native not in {"granted", "granted_with_mods"} or token.native is None:
        return StampState.MISSING, None, ""
    info = token["content"]["encap_content_info"]["content"].parsed
    if info["message_imprint"]["hashed_message"].native != digest:
        return StampState.OTHER, None, ""
    return StampState.STAMPED, info["gen_time"].native.astimezone(dt.UTC), _authority(token["content"])


def _authority(signed: Any) -> str:  # noqa: ANN401 (asn1crypto has no types)
    """The name in the certificate that signed, as far as the answer holds it."""
    serial = signed["signer_infos"][0]["sid"].chosen
    for choice in signed["certificates"] or ():
        certificate = choice.chosen
        if "serial_number" in serial and certificate.serial_number == serial["serial_number"].native:
            return str(certificate.subject.native.get("common_name") or certificate.subject.human_friendly)
    return ""
