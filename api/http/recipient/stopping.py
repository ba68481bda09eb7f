"""The page behind a link that stops messages: a button for people, and one click of a mail program (RFC 8058)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from api.http.recipient.doors import unknown
from api.http.recipient.render import page, plain
from api.usecases.messaging.stopping import may_stop, stop_messages

if TYPE_CHECKING:
    from starlette.responses import Response

    from api.http.recipient.visit import Visit


def show_stop(visit: Visit, text: str) -> Response:
    """Ask whether to stop; scanners of mail look here too, so that nothing happens."""
    if not may_stop(visit.deps, visit.host.organisation_id, text):
        return unknown(visit)
    return page(visit, "stop.html", path=f"/stop/{text}")


def stop(visit: Visit, text: str) -> Response:
    """Stop, whoever asks: the link is the key."""
    if not stop_messages(visit.deps, visit.host.organisation_id, text):
        return unknown(visit)
    return plain(visit, "refused", HTTPStatus.OK)
