"""Products: what planning, marks, papers and the post need to know of the letters of a job, whoever made them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from api.ports import JobKind
from api.usecases.composers import composer_of
from api.usecases.equipment import inserts_of
from api.usecases.ready_made.wishes import LANGUAGE, envelope_of, wishes_of
from docgen.drawing.mark_ink import MARK_FONT
from docgen.readymade.house_ink import HouseInk

if TYPE_CHECKING:
    from api.ports import PrintJob
    from api.usecases.deps import Deps
    from docgen.compose import Composer
    from docgen.postal.profiles import EnvelopeProfile
    from docgen.typesetting.face import Face


@dataclass(frozen=True, slots=True)
class Product:
    """What all letters of a job have in common.

    ``envelope`` weighs what it and its ``inserts`` do; those are told by their titles. ``mark_face`` is the face that
    texts among the marks are set in.
    """

    template: str
    template_version: str
    title: str
    brand: str
    brand_version: str
    envelope: EnvelopeProfile
    duplex: bool
    languages: tuple[str, ...]
    mark_face: Face
    inserts: tuple[str, ...] = ()


def product_of(deps: Deps, job: PrintJob) -> Product:
    """The product of a job. Raises Refusal: as `composer_of`."""
    return _ready_product(job) if job.kind is JobKind.READY_MADE else composed_product(composer_of(deps, job), job)


def composed_product(composer: Composer, job: PrintJob) -> Product:
    """The product of letters that we compose."""
    template, brand = composer.template, composer.brand
    product = Product(
        template=template.id,
        template_version=template.version,
        title=template.title[template.default_language],
        brand=brand.id,
        brand_version=brand.version,
        envelope=composer.envelope,
        duplex=template.duplex,
        languages=tuple(template.languages),
        mark_face=composer.resources.faces[MARK_FONT],
    )
    return _with_inserts(product, job)


def _with_inserts(product: Product, job: PrintJob) -> Product:
    inserts = inserts_of(job)
    if not inserts:
        return product
    weight_mg = product.envelope.weight_mg + sum(insert.weight_mg for insert in inserts)
    envelope = replace(product.envelope, weight_mg=weight_mg)
    return replace(product, envelope=envelope, inserts=tuple([insert.title for insert in inserts]))


def _ready_product(job: PrintJob) -> Product:
    """The product of letters that others made."""
    wishes, envelope = wishes_of(job), envelope_of(job)
    product = Product(
        template="ready-made",
        template_version="1",
        title="Ready-made letters",
        brand="ready-made",
        brand_version="1",
        envelope=envelope,
        duplex=wishes.duplex,
        languages=(LANGUAGE,),
        mark_face=HouseInk(envelope).faces[MARK_FONT],
    )
    return _with_inserts(product, job)
