"""A decision in the shape of a consent receipt (Kantara Initiative, Consent Receipt Specification 1.1, section 4).

It is a copy for systems that read that shape: the chain holds more, and is what verifies.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agreements.evidence.canonical import Json
    from agreements.evidence.chain import Event

VERSION = "KI-CR-v1.1.0"
_ADDRESS = ("streetAddress", "postalCode", "addressLocality", "addressCountry")


def receipt(frozen: Event, requested: Event, decision: Event, principal: str) -> dict[str, Json]:
    """The receipt of an agreement; ``principal`` is how the controller knows the person.

    Raises `ValueError` when an event comes without its body, or the decision is no yes.
    """
    question, asked, act = (dict(event.body or {}) for event in (frozen, requested, decision))
    if not question or not asked or act.get("answer") != "yes":
        raise ValueError("a receipt needs the question, the request and a decision that is yes")
    purposes = [_purpose(one, first=not at) for at, one in enumerate(_list(question.get("purposes")))]
    controller = _controller(question.get("controller"))
    sensitive = [text for one in purposes for text in _list(one.pop("spiCat"))]
    fields: dict[str, Json] = {"version": VERSION, "jurisdiction": str(question.get("jurisdiction") or "NL")}
    fields |= {"consentTimestamp": int(datetime.fromisoformat(decision.at).timestamp())}
    fields |= {"collectionMethod": str(act.get("method") or "settled by a person")}
    fields |= {"consentReceiptID": str(uuid.uuid5(uuid.NAMESPACE_URL, decision.digest))}
    # the page shows a question in any of its languages
    fields |= {"language": str(act.get("language") or asked.get("language"))}
    fields |= {"piiPrincipalId": principal, "piiControllers": [controller]}
    fields |= {"policyUrl": _policy(question.get("policy"))}
    fields |= {"services": [{"service": controller["piiController"], "purposes": list(purposes)}]}
    return fields | {"sensitive": bool(sensitive), "spiCat": sensitive}


def _controller(given: Json) -> dict[str, Json]:
    """Section 4.4; the specification has all of these, so what is not known is empty."""
    found: Mapping[str, Json] = given if isinstance(given, dict) else {"name": given or ""}
    address = found.get("address")
    parts: dict[str, Json] = dict.fromkeys(_ADDRESS, "")
    if isinstance(address, dict):
        parts |= {name: str(address[name]) for name in _ADDRESS if name in address}
    elif address:
        parts["streetAddress"] = str(address)
    known: dict[str, Json] = {name: str(found.get(name) or "") for name in ("contact", "email", "phone")}
    return {"piiController": str(found.get("name") or ""), "onBehalf": False, "address": parts, **known}


def _purpose(given: Json, *, first: bool) -> dict[str, Json]:
    """Section 4.5; a purpose that is only a text is the whole of what is known of it."""
    found: Mapping[str, Json] = given if isinstance(given, dict) else {"purpose": given}
    third = str(found.get("third_party") or "")
    fields: dict[str, Json] = {"purpose": str(found.get("purpose") or ""), "consentType": "EXPLICIT"}
    fields |= {"purposeCategory": _list(found.get("category")), "piiCategory": _list(found.get("pii"))}
    fields |= {"primaryPurpose": first, "termination": str(found.get("termination") or "")}
    fields |= {"thirdPartyDisclosure": bool(third), "spiCat": _list(found.get("sensitive"))}
    return fields | ({"thirdPartyName": third} if third else {})


def _policy(given: Json) -> str:
    return str(given.get("url") or "") if isinstance(given, dict) else str(given or "")


def _list(given: Json) -> list[Any]:
    if isinstance(given, list | tuple):
        return list(given)
    return [given] if given else []
