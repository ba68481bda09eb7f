"""The port of seals: a PDF that nobody changes unseen, with a time stamp of another party."""

from __future__ import annotations

from typing import Protocol

from api.ports.faults import Permanent, Retryable


class StampMissing(Retryable):
    """The authority gave no time stamp; a seal without one may be set all the same."""


class Sealer(Protocol):
    """Sets the electronic seal of an organisation, or of the service for it."""

    def seal(self, pdf: bytes, reason: str, *, stamped: bool) -> bytes:
        """``pdf`` with a certification that allows no change after it (PAdES B-T; B-B when not ``stamped``).

        ``reason`` is what viewers show beside the seal. A time of our own never takes the place of a stamp.

        Raises:
            StampMissing: a stamp was asked for and none came.
            Fault: the seal cannot be set.
        """
        ...


class NoSealer:
    """Sets no seal, for installations that have no key."""

    def seal(self, pdf: bytes, reason: str, *, stamped: bool) -> bytes:
        """See `Sealer`: never a seal."""
        del pdf, reason, stamped
        raise Permanent("seal-not-configured", "No key for seals is set; see docs/proof.md.")
