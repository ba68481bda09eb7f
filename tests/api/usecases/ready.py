"""What tests of ready-made jobs share: PDFs of letters to many people, and jobs made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.usecases.intake import store_body
from api.usecases.ready_made.intake import ReadySubmission, submit_ready_made
from api.usecases.ready_made.wishes import PDF, SplitBy, Wishes
from tests.api.usecases.world import ORG
from tests.docgen.readymade.makers import Sheet, drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportlab.pdfgen.canvas import Canvas

    from api.ports import PrintJob
    from tests.api.usecases.world import World

BY_TWO = Wishes(split=SplitBy.PAGES, pages=2)


def address(number: int) -> tuple[str, str, str]:
    return (f"Mevrouw {number}", f"Dorpsstraat {number}", f"{1000 + (number * 7919) % 8999} AB  DORP")


def letter(number: int, pages: int = 2, **first: Any) -> list[Sheet]:  # noqa: ANN401 - fields of a sheet
    """The pages of one letter; the first has the address in the window."""
    more = [Sheet(address=(), body=f"Vervolg {page} van brief {number}") for page in range(2, pages + 1)]
    return [Sheet(**{"address": address(number), "body": f"Brief {number}"} | first), *more]


def pdf_of(*letters: Sequence[Sheet]) -> bytes:
    return drawn([sheet for pages in letters for sheet in pages])


def many(count: int, pages: int = 2) -> bytes:
    return pdf_of(*[letter(number, pages) for number in range(1, count + 1)])


def in_the_margin(canvas: Canvas) -> None:
    canvas.rect(0, 300, 8, 100, fill=1)


def submit_pdf(world: World, body: bytes, wishes: Wishes = BY_TWO, **more: Any) -> PrintJob:  # noqa: ANN401 - fields of a submission
    return submit_ready_made(
        world.deps, ORG, ReadySubmission(wishes, **{"media_type": PDF} | more), store_body(world.deps, ORG, [body])
    )


def with_data(world: World, rows: str, **wishes: Any) -> Wishes:  # noqa: ANN401 - fields of the wishes
    return Wishes(**wishes, data=store_body(world.deps, ORG, [rows.encode()]))
