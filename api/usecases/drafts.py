"""What somebody uploaded and has not decided about: kept a day, as a blob that names the blob of the upload."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO, Final

from api.ports import BlobRef, PackageKind
from api.usecases.formats import RecordsFormat, RecordsType
from api.usecases.packages import files_of, resolve
from docgen.findings import Refusal
from docgen.records.look import TableLook, guess_columns, has_decimal_commas, wanted_of
from docgen.records.read_csv import TableOptions, look_csv
from docgen.records.read_xlsx import look_xlsx
from docgen.templates.load import load_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from api.ports import Package
    from api.usecases.deps import Deps
    from docgen.records.look import Wanted

KEPT: Final = timedelta(hours=24)
_TYPES: Final = {".csv": RecordsType.CSV, ".txt": RecordsType.CSV, ".tsv": RecordsType.CSV}
_ZIP: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_PDF: Final = b"%PDF"


@dataclass(frozen=True, slots=True)
class Draft:
    """An upload and what was chosen with it; ``kind`` is a `RecordsType`, ``template`` and ``brand`` are row ids."""

    input: str
    name: str
    kind: str
    template: str
    brand: str
    title: str = ""
    cut_off: str = ""
    policy: str = ""
    mode: str = ""
    inserts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A draft as far as it could be read.

    ``look`` is None for JSON and for a table that ``refusal`` is about. ``columns`` is the best guess by field.
    """

    draft: Draft
    template: Package
    brand: Package
    wanted: Sequence[Wanted]
    look: TableLook | None = None
    columns: Mapping[str, str] | None = None
    decimal_comma: bool = False
    refusal: Refusal | None = None
    remembered: bool = False


def store_upload(deps: Deps, organisation_id: str, blocks: BinaryIO | Iterable[bytes]) -> BlobRef:
    """Keep an upload for a day, unless something is made of it meanwhile."""
    ref = deps.blobs.put(organisation_id, blocks)
    _keep(deps, organisation_id, ref, shared=True)
    return ref


def keep_draft(deps: Deps, organisation_id: str, draft: Draft) -> BlobRef:
    """Keep the choices, and the upload as long; the same choices have the same reference."""
    _keep(deps, organisation_id, BlobRef.parse(draft.input), shared=True)
    text = json.dumps(asdict(draft), sort_keys=True).encode()
    ref = deps.blobs.put(organisation_id, [text])
    _keep(deps, organisation_id, ref, shared=False)
    return ref


def read_draft(deps: Deps, organisation_id: str, ref: BlobRef) -> Draft:
    """What was kept. Raises Refusal: ``draft-gone``."""
    if deps.blobs.exists(organisation_id, ref):
        with deps.blobs.open(organisation_id, ref) as stream:
            parts = json.load(stream)
        # what was kept before an update lacks what came with it
        kept = {each.name: parts[each.name] for each in fields(Draft) if each.name in parts}
        draft = Draft(**kept | {"inserts": tuple(kept.get("inserts", ()))})
        if deps.blobs.exists(organisation_id, BlobRef.parse(draft.input)):
            return draft
    raise Refusal("draft-gone", "What was uploaded is kept for a day and is not there any more. Upload it again.")


def kind_of_file(name: str, stream: BinaryIO) -> RecordsType:
    """What kind of records a file has, by its beginning and its name. Raises Refusal: ``media-type-unsupported``."""
    head = stream.read(512)
    stream.seek(0)
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if head.startswith(_ZIP):
        return RecordsType.XLSX
    if head.startswith((_OLD_OFFICE, _PDF)) or suffix in {".xls", ".pdf", ".doc", ".docx", ".ods"}:
        what = "an old Excel file" if suffix == ".xls" else "no file with records"
        raise Refusal(
            "media-type-unsupported", f"This is {what}. Save the table as .xlsx or as CSV UTF-8, and choose that."
        )
    if suffix == ".xlsx":
        raise Refusal("records-xlsx-malformed", "The file cannot be read as XLSX. Save it again as .xlsx.")
    if suffix == ".json" or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return RecordsType.JSON
    # a table in UTF-16 has its own finding, which says how to save it
    if suffix not in _TYPES and b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refusal("media-type-unsupported", "This is no CSV, XLSX or JSON file. Choose the file with the records.")
    return RecordsType.CSV


def look_at_draft(deps: Deps, organisation_id: str, draft: Draft, form: RecordsFormat) -> Seen:
    """Read as much of it as tells its columns; trouble with the file comes along and is no end.

    Raises Refusal: ``template-not-found``, ``brand-not-found``.
    """
    with deps.database.read() as uow:
        package = resolve(uow, organisation_id, PackageKind.TEMPLATE, draft.template)
        brand = resolve(uow, organisation_id, PackageKind.BRAND, draft.brand)
        known = uow.jobs.last_columns(organisation_id, package.key)
    template = load_template(files_of(deps, package))
    seen = Seen(draft, package, brand, wanted_of(template))
    if form.type is RecordsType.JSON:
        return seen
    try:
        with deps.blobs.open(organisation_id, BlobRef.parse(draft.input)) as stream:
            look = look_xlsx(stream) if form.type is RecordsType.XLSX else look_csv(stream, _options(form))
    except Refusal as refusal:
        return replace(seen, refusal=refusal)
    columns = guess_columns(look, template, known)
    commas = has_decimal_commas(look, columns, template)
    return replace(seen, look=look, columns=columns, decimal_comma=commas, remembered=bool(known))


def _options(form: RecordsFormat) -> TableOptions:
    return TableOptions(form.encoding, form.delimiter, form.decimal_comma)


def _keep(deps: Deps, organisation_id: str, ref: BlobRef, *, shared: bool) -> None:
    with deps.database.write() as uow:
        uow.trash.add(organisation_id, [ref], deps.clock.now() + KEPT, shared=shared)
