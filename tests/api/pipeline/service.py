"""The service with its embedded workers, as `posthoorn serve` runs it, for tests that kill it.

Run as a program with the data folder as argument; it ends when its standard input does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from api.bootstrap import open_service, start_embedded
from tests.api.pipeline.runs import settings_of


def main() -> None:
    service = open_service(settings_of(Path(sys.argv[1])))
    supervisor = start_embedded(service)
    sys.stdout.write("started\n")
    sys.stdout.flush()
    sys.stdin.read()
    supervisor.stop()
    service.close()


if __name__ == "__main__":
    main()
