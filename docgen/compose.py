"""Compose letters: compile a template in a brand once, then lay out and draw letter after letter."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from docgen.drawing.logo import load_logo
from docgen.drawing.pages import draw_letters
from docgen.drawing.print_file import DrawnLetter, Form, Resources
from docgen.findings import Finding, Place, Refusal
from docgen.layouts.geometry import to_pt
from docgen.layouts.letterhead import LOGO, LogoArt
from docgen.layouts.plan import Plan, Setup
from docgen.postal.profiles import builtin

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from docgen.drawing.art import Art
    from docgen.layouts.laid_out import LaidOutLetter
    from docgen.layouts.theme import Brand
    from docgen.letters import Letter
    from docgen.postal.marks.model import MarkProfile
    from docgen.postal.profiles import EnvelopeProfile, Profiles
    from docgen.templates.model import Template

# More cost less each, a twentieth less than 32 do; but all of a group are in memory, and some have hundreds of rows.
_TOGETHER = 64
_COLLECT_AFTER = (50_000, 20, 100)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Composed:
    """A letter laid out and drawn."""

    laid_out: LaidOutLetter
    drawn: DrawnLetter


class Composer:
    """A template in a brand, in all its languages, on a day. Make one per process and job; it is not shared."""

    def __init__(
        self,
        template: Template,
        brand: Brand,
        day: dt.date,
        profiles: Profiles | None = None,
        marks: MarkProfile | None = None,
        *,
        carrier: bool = False,
    ) -> None:
        """Compile every language, so that what fails for all letters fails here.

        With ``marks`` a letter that leaves no room for them has a finding; with ``carrier`` the place of a carrier's
        line and code is left white in the window.

        Raises:
            Refusal: ``envelope-unknown``, ``envelope-without-carrier-room``, ``brand-logo-invalid``,
                ``brand-payment-missing``, or ``plan-invalid`` with the findings of the static art.
        """
        self.template, self.brand = template, brand
        self._envelope = envelope_of(template, profiles or builtin(), carrier=carrier)
        self._art, self.findings = self._load_art()
        logo = _logo_art(brand, self._art)
        returned = return_envelope_of(template, profiles or builtin())
        setup = Setup(template, brand, self._envelope, day, logo, marks, carrier, returned)
        self._plans: Mapping[str, Plan] = {language: Plan(setup, language) for language in template.languages}
        for plan in self._plans.values():
            self.findings += plan.findings
            if plan.findings:
                raise Refusal("plan-invalid", "What all letters have in common does not fit the page.", plan.findings)
        self._forms = {language: _form_names(plan) for language, plan in self._plans.items()}

    @property
    def envelope(self) -> EnvelopeProfile:
        """The envelope that all letters of the template go in."""
        return self._envelope

    def plan(self, language: str) -> Plan:
        """The compiled plan of a language."""
        return self._plans[language]

    @cached_property
    def resources(self) -> Resources:
        """What print files of this template need to embed."""
        faces = next(iter(self._plans.values())).typography.faces
        forms = {name: Form(ink) for plan in self._plans.values() for name, ink in plan.forms().items()}
        return Resources(faces, forms, {LOGO: self._art} if self._art else {})

    def lay_out(self, letter: Letter) -> LaidOutLetter:
        """Positions of everything in a letter, with findings; nothing is drawn."""
        return self._plans[letter.language].lay_out(letter)

    def lay_out_all(self, letters: Iterable[Letter]) -> Iterator[LaidOutLetter]:
        """Each letter as ``lay_out`` lays it out, in order; a few at a time, because together they cost less."""
        for group in _groups(letters, _TOGETHER):
            yield from self._lay_out_together(group)

    def draw(self, laid: LaidOutLetter) -> DrawnLetter:
        """The page streams of a laid-out letter.

        Raises:
            Refusal: ``letter-has-errors``: such a letter is never printed.
        """
        return self._draw_together([laid])[0]

    def draw_all(self, letters: Iterable[LaidOutLetter]) -> Iterator[Composed]:
        """Each letter with its pages, as ``draw`` draws it, in order; a few at a time, because together they cost less.

        Raises:
            Refusal: ``letter-has-errors``.
        """
        for group in _groups(letters, _TOGETHER):
            yield from map(Composed, group, self._draw_together(group))

    def compose(self, letter: Letter) -> Composed:
        """Lay out and draw."""
        laid = self.lay_out(letter)
        return Composed(laid, self.draw(laid))

    def compose_all(self, letters: Iterable[Letter]) -> Iterator[Composed]:
        """Each letter as ``compose`` composes it, in order; a few at a time, because together they cost less.

        Raises:
            Refusal: ``letter-has-errors``.
        """
        return self.draw_all(self.lay_out_all(letters))

    def _lay_out_together(self, letters: Sequence[Letter]) -> list[LaidOutLetter]:
        by_language: dict[str, list[int]] = {}
        for at, letter in enumerate(letters):
            by_language.setdefault(letter.language, []).append(at)
        laid: dict[int, LaidOutLetter] = {}
        for language, places in by_language.items():
            made = self._plans[language].lay_out_all([letters[at] for at in places])
            laid.update(zip(places, made, strict=True))
        return [laid[at] for at in range(len(letters))]

    def _draw_together(self, letters: Sequence[LaidOutLetter]) -> list[DrawnLetter]:
        for laid in letters:
            if not laid.may_be_printed:
                raise Refusal("letter-has-errors", f"Letter {laid.record_id} may not be printed.", laid.findings)
        return draw_letters(letters, self._forms)

    def _load_art(self) -> tuple[Art | None, tuple[Finding, ...]]:
        if self.brand.logo is None:
            return None, ()
        colours = self.brand.colours
        return load_logo(self.brand.logo, (colours.accent, colours.text, colours.rule, colours.zebra))


def collect_seldom() -> None:
    """For a process that composes many letters: look for cycles among objects less often.

    Letters are hardly ever in a cycle, and looking for some among their parts takes a twentieth of the time. What is
    loaded stays, so it is not looked at again.
    """
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def _groups(letters: Iterable[_T], size: int) -> Iterator[list[_T]]:
    rest = iter(letters)
    while group := list(islice(rest, size)):
        yield group


def _form_names(plan: Plan) -> frozenset[bytes]:
    return frozenset(name.encode("ascii") for name in plan.forms())


def _logo_art(brand: Brand, art: Art | None) -> LogoArt | None:
    if brand.logo is None or art is None:
        return None
    width_pt = to_pt(brand.logo.width_mm)
    return LogoArt(*art.scale_to(width_pt), width_pt, width_pt * art.height_pt / art.width_pt)


def envelope_of(template: Template, profiles: Profiles, *, carrier: bool = False) -> EnvelopeProfile:
    """The envelope of a template; with ``carrier`` one that has room for what a carrier gives.

    Raises:
        Refusal: ``envelope-unknown``, ``envelope-without-carrier-room``.
    """
    found = profiles.envelopes.get(template.envelope)
    if found is None:
        known = ", ".join(sorted(profiles.envelopes))
        message = f"There is no envelope '{template.envelope}'; choose one of {known}."
        raise _refused("envelope-unknown", message)
    if carrier and found.carrier_room is None:
        roomy = ", ".join(sorted(key for key, one in profiles.envelopes.items() if one.carrier_room is not None))
        message = f"The window of {found.id} has no room for the carrier's line and code; choose one of {roomy}."
        raise _refused("envelope-without-carrier-room", message)
    return found


def return_envelope_of(template: Template, profiles: Profiles) -> EnvelopeProfile | None:
    """The envelope that a template's reply slip goes back in; None when it shows no address, or there is no slip.

    Raises:
        Refusal: ``envelope-unknown``.
    """
    wanted = template.slip.return_envelope if template.slip else None
    if wanted is None:
        return None
    found = profiles.envelopes.get(wanted)
    if found is None:
        known = ", ".join(sorted(profiles.envelopes))
        message = f"There is no envelope '{wanted}' for reply slips; choose none, or one of {known}."
        raise _refused("envelope-unknown", message)
    return found


def _refused(code: str, message: str) -> Refusal:
    return Refusal(code, message, (Finding(code, message, Place(file="template.toml")),))
