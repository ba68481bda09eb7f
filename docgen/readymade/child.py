"""The child process: takes limits upon itself, then does one task. Started by ``docgen.readymade.isolation`` only."""

from __future__ import annotations

import pickle
import resource
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from docgen.readymade.isolation import ANSWER_FILE, EXIT_BROKEN, EXIT_COSTLY, REQUEST_FILE, ChildLimits

if TYPE_CHECKING:
    from docgen.readymade.tasks import Request

_SPARE_S = 5


def main(arguments: list[str]) -> int:
    """Do the task of the folder that the first argument names, within the limits of the others."""
    folder, limits = Path(arguments[0]), ChildLimits(*map(int, arguments[1:]))
    _take_limits(limits)
    request: Request = pickle.loads((folder / REQUEST_FILE).read_bytes())  # noqa: S301 (written by the parent alone)
    return do(request, folder)


def do(request: Request, folder: Path) -> int:
    """Do a request and write its answer; the exit status tells a file that is broken from one that costs too much."""
    # These are loaded under the limits, since they are what reads foreign bytes.
    import pikepdf  # noqa: PLC0415 (see above)
    import pypdfium2  # noqa: PLC0415 (see above)

    from docgen.readymade.copier import TooDeepError  # noqa: PLC0415 (see above)
    from docgen.readymade.shape import BadPageError  # noqa: PLC0415 (see above)
    from docgen.readymade.tasks import do_task  # noqa: PLC0415 (see above)

    try:
        answer = do_task(request)
    except (MemoryError, RecursionError, TooDeepError):
        return EXIT_COSTLY
    except (pikepdf.PdfError, pypdfium2.PdfiumError, BadPageError):
        return EXIT_BROKEN
    (folder / ANSWER_FILE).write_bytes(TypeAdapter(type(answer)).dump_json(answer))
    return 0


def _take_limits(limits: ChildLimits) -> None:
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.written_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + _SPARE_S))
    signal.alarm(limits.wall_s + _SPARE_S)  # in case the parent is gone before it can end us


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
