"""Settings: environment variables ``POSTHOORN_*`` over a TOML file over defaults that are good for one machine.

The TOML file is ``posthoorn.toml`` in the working directory, or what ``POSTHOORN_CONFIG`` names; its keys are the
names below. A bad value is refused with the variable's name and what to set.
"""

from __future__ import annotations

import difflib
import os
import re
import secrets
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from docgen.findings import Finding, Place, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "POSTHOORN_"
CONFIG_VARIABLE = "POSTHOORN_CONFIG"
DEFAULT_CONFIG = "posthoorn.toml"
# set for its children by the program itself, or by a person for another part of it: not settings
_OTHER_VARIABLES = frozenset({CONFIG_VARIABLE, "POSTHOORN_WORKER_NAME", "POSTHOORN_API_KEY", "POSTHOORN_URL"})
_MIN_SECRET_CHARS = 32
# each job keeps these files, so they must stay small
_MOST_PRINT_ROOM_BYTES = 65_536
_URL_PASSWORD = re.compile(r"(//[^/@\s]*:)[^@\s]*@")


def _url(*schemes: str) -> AfterValidator:
    def check(value: str) -> str:
        if urlsplit(value).scheme not in schemes:
            raise ValueError(f"the part before :// must be one of {', '.join(schemes)}")
        return value

    return AfterValidator(check)


def _with_bucket(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme == "file":
        return value
    missing = [
        name
        for name, there in (
            ("an access key", parts.username),
            ("a secret key", parts.password),
            ("a host", parts.hostname),
            ("a bucket", parts.path.strip("/")),
        )
        if not there
    ]
    if missing:
        raise ValueError(f"it lacks {' and '.join(missing)}")
    return value


class Settings(BaseSettings):
    """All settings. Times are in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", validate_default=False)

    data_folder: Path = Field(Path("var"), description="a folder that the service may write, for example ./var")
    database_url: Annotated[str, _url("sqlite", "postgresql", "postgresql+psycopg")] | None = Field(
        None,
        description="postgresql://user:password@host/name or sqlite:////folder/file.sqlite, or leave it out for SQLite",
    )
    blobs_url: Annotated[str, _url("file", "s3+http", "s3+https"), AfterValidator(_with_bucket)] | None = Field(
        None,
        description="s3+https://ACCESS:SECRET@host:port/bucket or file:///folder, or leave it out for the data folder",
    )
    broker_url: Annotated[str, _url("filesystem", "amqp", "amqps", "redis", "rediss")] | None = Field(
        None,
        description="amqp://user:password@host:5672// or redis://host:6379/0, or leave it out for the data folder",
    )
    secret_key: SecretStr | None = Field(
        None,
        min_length=_MIN_SECRET_CHARS,
        description=f"{_MIN_SECRET_CHARS} or more random signs, or leave it out to have one made in the data folder",
    )
    host: str = Field("127.0.0.1", min_length=1, description="the address to listen on, for example 127.0.0.1")
    port: int = Field(8080, ge=1, le=65535, description="a port from 1 to 65535")
    public_url: Annotated[str, _url("http", "https")] | None = Field(
        None, description="the URL under which callers see the service, for example https://post.example.org"
    )
    concurrency: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, le=256, description="how many worker processes: 1 to 256"
    )
    lease_s: float = Field(30.0, ge=0.5, le=3600, description="seconds before work of a silent worker is given away")
    sweep_s: float = Field(2.0, ge=0.1, le=300, description="seconds between two sweeps, 0.1 to 300")
    resend_after_s: float = Field(10.0, ge=0.1, le=3600, description="seconds before a lost wake-up is sent again")
    max_attempts: int = Field(8, ge=1, le=1000, description="how often work is tried: 1 to 1000")
    shard_records: int = Field(500, ge=1, le=5000, description="records that one worker validates at once: 1 to 5000")
    chunk_pieces: int = Field(500, ge=1, le=5000, description="letters in one unit of work: 1 to 5000")
    print_file_letters: int = Field(1000, ge=1, le=100_000, description="letters in one print file: 1 to 100000")
    print_file_pages: int = Field(10_000, ge=1, le=1_000_000, description="pages in one print file: 1 to 1000000")
    print_file_bytes: int = Field(500_000_000, ge=1 << 20, description="bytes of one print file: 1048576 or more")
    read_back: Literal["full", "sample", "off"] = Field(
        "full", description="how much of each print file is read back before release: full, sample or off"
    )
    read_back_sample: int = Field(1000, ge=2, le=100_000, description="letters of a batch in a sample: 2 to 100000")
    max_records: int = Field(80_000, ge=1, le=1_000_000, description="records in one print job: 1 to 1000000")
    max_body_bytes: int = Field(1 << 30, ge=1 << 16, description="bytes of the largest request body: 65536 or more")
    print_room_folder: Path | None = Field(
        None, description="a folder with files of the print room's own, for example ./print-room, or leave it out"
    )
    scan_folder: Path | None = Field(
        None, description="a folder that scanners drop files in, for example ./scans, or leave it out"
    )
    checkpoints: Path | None = Field(
        None, description="a folder on another disk for checkpoints of evidence, for example /safe, or leave it out"
    )
    tsa_url: Annotated[str, _url("http", "https")] | None = Field(
        None, description="the URL of a time stamping authority (RFC 3161), or leave it out"
    )
    channels: Path | None = Field(
        None,
        description="a TOML file with channels that carry messages, for example ./channels.toml, or leave it out",
    )
    webhook_private: Literal["on", "off"] = Field(
        "off", description="whether webhooks may go to http, any port and private addresses (development): on or off"
    )
    seal_key_file: Path | None = Field(
        None, description="the key that seals proofs, a file in PKCS#12 or PEM, for example ./seal.p12, or leave it out"
    )
    seal_certificate_file: Path | None = Field(
        None, description="certificates (PEM) of that key and those above it, or leave it out with PKCS#12"
    )
    seal_password_file: Path | None = Field(
        None, description="a file that holds the password of that key, or leave it out when it has none"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="debug, info, warning or error")
    log_format: Literal["text", "json"] = Field("text", description="text or json")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` passes: sources are merged there, so that tests need no environment."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises `Refusal` (``bad-settings``) with a finding for each bad value."""
    env = os.environ if env is None else env
    config = _config_path(env)
    from_file = _read_toml(config) if config else {}
    from_env = {name.removeprefix(PREFIX).lower(): value for name, value in env.items() if _is_setting(name)}
    unknown = [_unknown(name, config) for name in from_file if name not in Settings.model_fields]
    unknown += [_unknown(PREFIX + name.upper(), None) for name in from_env if name not in Settings.model_fields]
    if unknown:
        raise _refusal(unknown)
    try:
        return Settings(**{**from_file, **from_env})
    except ValidationError as error:
        findings = [_explain(e["loc"][0], e["msg"], e["input"], from_env, config) for e in error.errors()]
        raise _refusal(list(dict.fromkeys(findings))) from None


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables that give another process exactly these settings; they hold secrets."""
    values = {name: getattr(settings, name) for name in Settings.model_fields}
    plain = {name: v.get_secret_value() if isinstance(v, SecretStr) else str(v) for name, v in values.items() if v}
    return {PREFIX + name.upper(): value for name, value in plain.items()} | {CONFIG_VARIABLE: os.devnull}


def secret_key(settings: Settings) -> bytes:
    """The secret of this installation; made once in the data folder, readable by its owner only, when not given."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    path = settings.data_folder / "secret-key"
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"secret-key.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        # a hard link never replaces: two processes that start together agree on one key
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes().strip()


def print_room_files(settings: Settings) -> dict[str, str]:
    """The text of each TOML file of the print room by its name; none without a folder.

    Raises `Refusal` (``bad-settings``): the folder is not there, or a file is not UTF-8 or too large.
    """
    folder = settings.print_room_folder
    if folder is None:
        return {}
    if not folder.is_dir():
        message = f"There is no folder {folder}. Set {Settings.model_fields['print_room_folder'].description}."
        raise _refusal([Finding("print-room-folder-missing", message, Place(column=PREFIX + "PRINT_ROOM_FOLDER"))])
    return {path.name: _print_room_text(path) for path in sorted(folder.glob("*.toml"))}


def _print_room_text(path: Path) -> str:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = None
    if text is None or len(data) > _MOST_PRINT_ROOM_BYTES:
        message = f"{path.name} is not UTF-8, or has more than {_MOST_PRINT_ROOM_BYTES:,} bytes. Save it anew."
        raise _refusal([Finding("print-room-file-unreadable", message, Place(file=str(path)))])
    return text


def _is_setting(name: str) -> bool:
    return name.startswith(PREFIX) and name not in _OTHER_VARIABLES


def _config_path(env: Mapping[str, str]) -> Path | None:
    named = env.get(CONFIG_VARIABLE)
    if named is None:
        default = Path(DEFAULT_CONFIG)
        return default if default.is_file() else None
    # the null device counts: an empty file
    if not Path(named).is_file() and named != os.devnull:
        message = f"{CONFIG_VARIABLE} names {named}, which is not a file: set it to a TOML file or leave it out."
        raise _refusal([Finding("config-file-missing", message, Place(file=named))])
    return Path(named)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path} is not TOML: {error}. Write lines such as: port = 8080"
        raise _refusal([Finding("config-file-malformed", message, Place(file=str(path)))]) from None


def _unknown(name: str, config: Path | None) -> Finding:
    prefix = "" if config else PREFIX
    near = difflib.get_close_matches(name.removeprefix(PREFIX).lower(), Settings.model_fields, n=1)
    known = ", ".join(_written(field, prefix) for field in Settings.model_fields)
    advice = f"did you mean {_written(near[0], prefix)}?" if near else f"known are {known}."
    place = Place(file=str(config) if config else None, column=name)
    return Finding("setting-unknown", f"{name} is no setting: {advice}", place)


def _written(field: str, prefix: str) -> str:
    return prefix + field.upper() if prefix else field


def _explain(field: int | str, reason: str, value: object, from_env: Mapping[str, str], config: Path | None) -> Finding:
    name = str(field)
    description = Settings.model_fields[name].description
    shown = "" if name == "secret_key" else f" (now {_masked(value)!r})"
    variable = PREFIX + name.upper()
    where = variable if name in from_env or not config else f"{name} in {config} ({variable})"
    reason = reason.removeprefix("Value error, ")
    return Finding("setting-invalid", f"{where}{shown}: {reason}. Set {description}.", Place(column=variable))


def _masked(value: object) -> str:
    return _URL_PASSWORD.sub(r"\1***@", str(value))


def _refusal(findings: list[Finding]) -> Refusal:
    return Refusal("bad-settings", "The service cannot start with these settings.", tuple(findings))
