"""What is said of a file or page that cannot be read. Every message says what to do next."""

from __future__ import annotations

from docgen.findings import NOWHERE, Finding, Place, Severity


class PageError(Exception):
    """A page, or the whole file, cannot be read; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        """An error that is told as ``finding``."""
        super().__init__(finding.code)
        self.finding = finding


def on_page(number: int | None) -> Place:
    """The place of a page, which counts from 1; None is the whole file."""
    return NOWHERE if number is None else Place(page=number)


def not_opened(reason: str) -> Finding:
    """The file is not there, or may not be read."""
    return Finding("scan-not-opened", f"The file cannot be opened ({reason}). Check its name and who may read it.")


def empty_file() -> Finding:
    """No byte."""
    message = "The file has 0 bytes. The scanner or the copying broke off; scan the sheets again."
    return Finding("scan-empty-file", message)


def unknown_format(seems: str | None) -> Finding:
    """Neither PDF, TIFF, JPEG nor PNG. ``seems`` is what it looks like, when that is known."""
    what = f"The file is {seems}" if seems else "The file is no picture or PDF that can be read"
    return Finding("scan-unknown-format", f"{what}. Send the scan as PDF, TIFF, JPEG or PNG.")


def wrong_extension(suffix: str, kind: str) -> Finding:
    """The name says another format than the bytes; the bytes are believed."""
    message = f"The name ends in {suffix}, but the file is {kind} and was read as that. Look at the scanner's settings."
    return Finding("scan-wrong-extension", message, severity=Severity.WARNING)


def encrypted() -> Finding:
    """A PDF that does not open without a password."""
    return Finding("scan-encrypted", "The PDF has a password. Save it without one, or scan the sheets again.")


def damaged(page: int | None = None) -> Finding:
    """Bytes that no decoder takes; other pages may be whole."""
    if page is None:
        message = "The file is damaged and nothing of it can be read. Send it again, or scan the sheets again."
    else:
        message = "The page is damaged and cannot be read. Scan this sheet again."
    return Finding("scan-damaged", message, on_page(page))


def doubtful(page: int) -> Finding:
    """The decoder gave a picture and a complaint: a part of the page may show nonsense, or nothing."""
    message = "A part of the picture is damaged. Look at the page; scan the sheet again when it does not look right."
    return Finding("scan-doubtful", message, on_page(page), Severity.WARNING)


def truncated(page: int | None) -> Finding:
    """The file ends before the picture does, or its list of pages leads nowhere."""
    message = "The file breaks off here, so this page and any after it are missing. Scan these sheets again."
    return Finding("scan-truncated", message, on_page(page))


def too_large(page: int | None = None, size_px: tuple[int, int] | None = None) -> Finding:
    """More pixels than an A3 sheet at 600 dpi; ``size_px`` is width and height, when they are known."""
    size = f" ({size_px[0]} x {size_px[1]})" if size_px else ""
    message = f"The page has more pixels{size} than A3 at 600 dpi. Scan it at 300 dpi in grey."
    return Finding("scan-too-large", message, on_page(page))


def too_many_bytes() -> Finding:
    """A single picture of hundreds of megabytes."""
    return Finding(
        "scan-too-large", "The picture has too many bytes for one page. Scan it at 300 dpi in grey, as JPEG."
    )


def too_many_pages(most: int) -> Finding:
    """The pages up to the bound are read."""
    message = (
        f"The file has more than {most} pages; those after page {most} were not read. Divide it and send the rest."
    )
    return Finding("scan-too-many-pages", message, on_page(most + 1))


def too_costly(page: int | None = None) -> Finding:
    """Time or memory ran out."""
    message = "Reading this takes more time or memory than a page may. Scan the sheet again at 300 dpi in grey."
    return Finding("scan-too-costly", message, on_page(page))


def no_pages() -> Finding:
    """A file of a known format in which there is nothing."""
    return Finding("scan-no-pages", "The file has no page. Was the feeder empty? Scan the sheets again.")


def failed(why: str, page: int | None = None) -> Finding:
    """The fault is ours."""
    message = f"Reading this failed ({why}). Keep the file and tell the operator; the pages before it were read."
    return Finding("scan-read-failed", message, on_page(page))
