"""Files of a print room: what is wrong in one becomes one refusal, and its own entries stand before the seeds."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def refused(code: str) -> Iterator[None]:
    """Turn what reading stumbles over into a `Refusal` with this code: no TOML, a missing key, a wrong value."""
    try:
        yield
    except KeyError as missing:
        raise Refusal(code, f"The key {missing} is missing. Add it.") from missing
    except RecursionError as wrong:
        raise Refusal(code, "Lists are nested too deep. Write one table an entry.") from wrong
    except (ValueError, TypeError, AttributeError) as wrong:
        raise Refusal(code, f"A value is wrong: {wrong}. Correct it.") from wrong
