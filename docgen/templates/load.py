"""From the files of a template folder to a `Template`, or every fault in them at once.

``template.toml`` declares; ``body.<language>.md`` has the words, its first line ``Subject: …``. Loading checks all
that can be checked without a record: keys and types, names, texts (`jinja_check`, `markdown_check`) and the examples.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from docgen.findings import Finding, Place, Refusal, has_errors
from docgen.postal.address import PostalAddress, read_address
from docgen.templates.blocks import Blocks, read_blocks, read_reference
from docgen.templates.conventions import CONVENTIONS
from docgen.templates.fields import plain, read_fields
from docgen.templates.jinja_check import check_jinja
from docgen.templates.markdown_check import check_markdown
from docgen.templates.model import Template, Text
from docgen.templates.names import BUILT_IN
from docgen.templates.package import read_folder, read_zip
from docgen.templates.reply import read_reply_form
from docgen.templates.toml_source import TomlSource, TomlTable, read_toml
from docgen.templates.values import compile_reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docgen.templates.model import Field
    from docgen.templates.values import Path

__all__ = ["check_template", "load_template", "read_folder", "read_zip"]

TEMPLATE_FILE: Final = "template.toml"
_KEYS: Final = (
    *("id", "version", "title", "languages", "envelope", "mark", "duplex", "max_pages"),
    *("fields", "reference", "blocks", "reply_form", "example"),
)
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,31}")
_SUBJECT: Final = re.compile(r"Subject:[ \t]*(.*)")
_MOST_PAGES: Final = 100
_MOST_CHARACTERS: Final = 100_000

EXAMPLE_RECIPIENT: Final[Mapping[str, str]] = {
    "name": "Mevrouw A.B. de Vries",
    "street": "Voorbeeldstraat",
    "house_number": "12",
    "addition": "2",
    "postcode": "1234 AB",
    "town": "Voorbeeldstad",
}
"""Stands in the example letter of a template that has no ``[example.recipient]``."""


def load_template(files: Mapping[str, bytes]) -> Template:
    """The template in these files (see `read_folder`, `read_zip`).

    Raises:
        Refusal: template-invalid, with every fault as a finding with file and line.
    """
    template, findings = check_template(files)
    if template is None:
        raise Refusal("template-invalid", "The template has faults. Correct each and load it again.", findings)
    return template


def check_template(files: Mapping[str, bytes]) -> tuple[Template | None, tuple[Finding, ...]]:
    """The template, or None when a finding is an error; and all findings, warnings too, by file and line."""
    if TEMPLATE_FILE not in files:
        message = f"There is no {TEMPLATE_FILE}. Put it at the top of the folder."
        return None, (Finding("template-file-missing", message, Place(file=TEMPLATE_FILE)),)
    source = read_toml(TEMPLATE_FILE, files[TEMPLATE_FILE])
    if source.found:
        return None, tuple(source.found)
    template = _read(source, files)
    findings = tuple(sorted(source.found, key=lambda f: (f.place.file or "", f.place.line or 0)))
    return (None if has_errors(findings) else template), findings


def _read(source: TomlSource, files: Mapping[str, bytes]) -> Template:
    """Everything, with neutral values where something is wrong."""
    root = source.root()
    root.allow(*_KEYS)
    root.need("id", "version", "title", "languages", "envelope")
    languages = _languages(root)
    fields = read_fields(root, languages)
    blocks, reply = read_blocks(root, fields, languages), read_reply_form(root, fields, languages)
    if blocks.entry is not None and reply is None:
        message = "The code and the link lead to a page that asks nothing. Add a [reply_form], or take the block out."
        source.warn("entry-asks-nothing", message, "blocks", "entry")
    texts = _Texts(source, files, fields, blocks)
    template = Template(
        id=_matching(root, "id", _ID, "small letters, digits and hyphens"),
        version=_matching(root, "version", _VERSION, "letters, digits, points and hyphens"),
        title=root.per_language("title", languages),
        languages=languages,
        fields=fields,
        texts={language: texts.read(language) for language in languages},
        envelope=root.text("envelope"),
        reference=read_reference(root, languages),
        specification=blocks.specification,
        payment=blocks.payment,
        entry=blocks.entry,
        reply_form=reply[0] if reply else None,
        slip=reply[1] if reply else None,
        mark=root.optional_text("mark"),
        duplex=root.flag("duplex", default=True),
        max_pages=root.whole("max_pages", 10, 1, _MOST_PAGES),
        example=_example(root, fields, languages),
        digest=digest_of(files),
    )
    texts.check_reference(template)
    return template


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the names and contents, in the order of the names."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{len(name.encode())} {name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _languages(root: TomlTable) -> tuple[str, ...]:
    languages = tuple(dict.fromkeys(root.texts("languages")))
    unknown = [language for language in languages if language not in CONVENTIONS]
    if unknown:
        known = ", ".join(CONVENTIONS)
        root.say("language-unknown", f"Letters can be in {known}; remove {', '.join(unknown)}.", "languages")
    if "languages" in root.data and not languages:
        root.say("language-missing", "Name at least one language.", "languages")
    return tuple(language for language in languages if language in CONVENTIONS)


def _matching(root: TomlTable, key: str, pattern: re.Pattern[str], words: str) -> str:
    text = root.text(key)
    if text and not pattern.fullmatch(text):
        root.say("key-form", f"`{key}` may have only {words}.", key)
    return text


@dataclass(slots=True)
class _Texts:
    """Reads and checks the words; findings go to the source."""

    source: TomlSource
    files: Mapping[str, bytes]
    fields: tuple[Field, ...]
    blocks: Blocks
    names: Mapping[str, Field] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = {**BUILT_IN, **{declared.name: declared for declared in self.fields}}

    def read(self, language: str) -> Text:
        """The text of a language, checked."""
        file = f"body.{language}.md"
        source = self._decoded(file, language)
        first, _, body = source.partition("\n")
        subject = _SUBJECT.fullmatch(first)
        if source and subject is None:
            self._say("subject-missing", "Begin the file with a line `Subject: …`.", file, 1)
        text = Text(subject=subject[1] if subject else "", body=body, body_file=file)
        declared = [name for name in ("specification", "payment", "entry") if getattr(self.blocks, name)]
        self._jinja(text.subject, file, language, 0)
        if source and not self._jinja(body, file, language, 1):
            self.source.found.extend(check_markdown(body, file, declared, 1))
        return text

    def _decoded(self, file: str, language: str) -> str:
        content = self.files.get(file)
        if content is None:
            self._say("file-missing", f"There is no {file}; add the words in language {language}.", file, None)
            return ""
        try:
            text = content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            self._say("encoding", "The file is not UTF-8; save it as UTF-8.", file, line)
            return ""
        odd = re.search(r"[\x00-\x08\x0b-\x1f\x7f\ue000-\uf8ff]", text)
        if odd is not None:
            line = text.count("\n", 0, odd.start()) + 1
            self._say("character", f"U+{ord(odd[0]):04X} cannot be printed; take it out.", file, line)
            return ""
        if len(text) > _MOST_CHARACTERS:
            self._say("text-too-long", f"More than {_MOST_CHARACTERS} characters; make the text shorter.", file, 1)
            return ""
        return text

    def _jinja(self, text: str, file: str, language: str, line_offset: int) -> bool:
        """Check one text; True when it cannot even be read."""
        found = check_jinja(text, self.names, file, language, line_offset)
        self.source.found.extend(found)
        return any(finding.code == "template-syntax" for finding in found)

    def check_reference(self, template: Template) -> None:
        """Check the values of the reference block, which are Jinja2 text too."""
        for i, item in enumerate(template.reference):
            line = self.source.line_of(("reference", i, "value")) or 1
            if template.languages:
                self._jinja(item.value, self.source.file, template.languages[0], line - 1)

    def _say(self, code: str, message: str, file: str, line: int | None) -> None:
        self.source.found.append(Finding(f"template-{code}", message, Place(file=file, line=line)))


def _example(root: TomlTable, fields: tuple[Field, ...], languages: tuple[str, ...]) -> dict[str, Any]:
    """A whole record from the examples of the fields, as a submitter would send it; checked like one."""
    table = root.table("example")
    recipient: dict[str, Any] = dict(EXAMPLE_RECIPIENT)
    if table is not None:
        table.allow("recipient")
        given = table.table("recipient")
        recipient = plain(dict(given.data)) if given is not None else recipient
    values = {declared.name: declared.example for declared in fields if declared.example is not None}

    def report(path: Path, code: str, message: str) -> None:
        where = ".".join(str(part) for part in path)
        root.say(
            "example-invalid", f"The example of `{where}` is no good ({code}): {message}", "fields", path[0], "example"
        )

    compile_reader(fields).read(values, (), report)
    address = read_address(recipient, Place(pointer="/recipient"))
    if not isinstance(address, PostalAddress):
        for finding in address:
            root.say("example-invalid", f"{finding.message} ({finding.place.pointer})", "example", "recipient")
    language = languages[0] if languages else ""
    return {"record_id": "EXAMPLE-1", "language": language, "recipient": recipient, **values}
