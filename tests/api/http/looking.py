"""What every page is held to in a real browser: nothing is wider than a window, and axe finds nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

WIDE: Final = (1280, 900)
TABLET: Final = (768, 1024)


def look(page: Page, name: str, sizes: Sequence[tuple[int, int]] = (WIDE, TABLET)) -> None:
    """Axe looks at the page as it is; it is made as large as each of ``sizes``, and left at the first of them."""
    # most of its time goes into what is well
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert found == [], (name, [(each["id"], [node["html"] for node in each["nodes"]]) for each in found])
    for width, height in (*sizes, *sizes[:1]):
        page.set_viewport_size({"width": width, "height": height})
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide == 0, (name, width)
