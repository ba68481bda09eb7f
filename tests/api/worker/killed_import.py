"""A worker process for a test that kills it: it takes files of answers in, and does nothing else."""

from __future__ import annotations

from functools import partial

from api.bootstrap import make_deps, make_runner, open_service
from api.settings import load_settings
from api.usecases.answering.import_jobs import go_on_with_import
from api.usecases.kinds import WorkKind

OWNER = "killed"


def main() -> None:
    service = open_service(load_settings())
    handlers = {WorkKind.IMPORT_ANSWERS: partial(go_on_with_import, make_deps(service))}
    make_runner(service, handlers).drain(OWNER)
    service.close()


if __name__ == "__main__":
    main()
