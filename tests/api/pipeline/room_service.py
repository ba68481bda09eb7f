"""The service with its embedded workers for a day in the print room; it ends when its standard input does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from api.bootstrap import open_service, start_embedded
from tests.api.pipeline.runs import settings_of

if TYPE_CHECKING:
    from api.settings import Settings


def day_settings(folder: Path) -> Settings:
    """Parts large enough for thousands of letters, and still many of them."""
    return settings_of(folder).model_copy(
        update={"shard_records": 100, "chunk_pieces": 100, "print_file_letters": 250, "read_back": "full"}
    )


def main() -> None:
    service = open_service(day_settings(Path(sys.argv[1])))
    supervisor = start_embedded(service)
    sys.stdout.write("started\n")
    sys.stdout.flush()
    sys.stdin.read()
    supervisor.stop()
    service.close()


if __name__ == "__main__":
    main()
