"""Settings: good defaults, and a clear word about every bad value."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from api.settings import Settings, as_environment, load_settings, print_room_files, secret_key
from docgen.findings import Refusal


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def findings(env: dict[str, str]) -> list[tuple[str, str]]:
    with pytest.raises(Refusal, match="bad-settings") as refusal:
        load_settings(env)
    return [(finding.code, finding.message) for finding in refusal.value.findings]


def test_defaults_are_good_for_one_machine() -> None:
    settings = load_settings({"PATH": "/bin"})
    assert settings.data_folder == Path("var")
    assert settings.database_url is settings.blobs_url is settings.broker_url is None
    assert settings.concurrency >= 1


def test_files_of_the_print_room_are_read_by_name(tmp_path: Path) -> None:
    (tmp_path / "marks.toml").write_bytes(b"\xef\xbb\xbf# none")
    (tmp_path / "readme.txt").write_text("not for the service")
    settings = load_settings({"POSTHOORN_PRINT_ROOM_FOLDER": str(tmp_path)})
    assert print_room_files(settings) == {"marks.toml": "# none"}
    assert print_room_files(load_settings({})) == {}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "print-room-folder-missing"),
        (b"\xff", "print-room-file-unreadable"),
        (b"#" * 70_000, "print-room-file-unreadable"),
    ],
)
def test_files_that_cannot_be_read_are_refused(tmp_path: Path, content: bytes | None, code: str) -> None:
    folder = tmp_path / "room"
    if content is not None:
        folder.mkdir()
        (folder / "marks.toml").write_bytes(content)
    with pytest.raises(Refusal, match="bad-settings") as refusal:
        print_room_files(load_settings({"POSTHOORN_PRINT_ROOM_FOLDER": str(folder)}))
    assert [finding.code for finding in refusal.value.findings] == [code]


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "posthoorn.toml").write_text('port = 1000\nhost = "10.0.0.1"\n')
    settings = load_settings({"POSTHOORN_PORT": "2000"})
    assert (settings.port, settings.host) == (2000, "10.0.0.1")


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("PORT", "70000", "Set a port from 1 to 65535"),
        ("PORT", "http", "valid integer"),
        ("DATABASE_URL", "mysql://x", "one of sqlite, postgresql"),
        ("BROKER_URL", "kafka://x", "one of filesystem, amqp"),
        ("BLOBS_URL", "s3+https://host/", "lacks an access key and a secret key and a bucket"),
        ("BLOBS_URL", "https://host/bucket", "one of file, s3+http, s3+https"),
        ("LEASE_S", "0", "greater than or equal to 0.5"),
        ("LOG_LEVEL", "loud", "Set debug, info, warning or error"),
        ("SECRET_KEY", "short", "Set 32 or more random signs"),
        ("CHUNK_PIECES", "", "Set letters in one unit of work"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_and_what_to_set(variable: str, value: str, words: str) -> None:
    ((code, message),) = findings({f"POSTHOORN_{variable}": value})
    assert code == "setting-invalid"
    assert message.startswith(f"POSTHOORN_{variable}")
    assert words in message


def test_every_bad_value_is_told_at_once() -> None:
    assert len(findings({"POSTHOORN_PORT": "0", "POSTHOORN_CONCURRENCY": "0"})) == 2


def test_secrets_are_not_repeated() -> None:
    told = findings({"POSTHOORN_SECRET_KEY": "hunter2", "POSTHOORN_DATABASE_URL": "mysql://app:hunter2@host/x"})
    assert "hunter2" not in str(told)
    assert "hunter2" not in repr(load_settings({"POSTHOORN_SECRET_KEY": "hunter2" * 5}))


def test_an_unknown_name_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    ((code, message),) = findings({"POSTHOORN_PROT": "80"})
    assert code == "setting-unknown"
    assert "did you mean POSTHOORN_PORT?" in message
    ((_, message),) = findings({"POSTHOORN_XYZZY": "80"})
    assert "known are POSTHOORN_DATA_FOLDER" in message
    (tmp_path / "posthoorn.toml").write_text("prot = 1000\n")
    assert "did you mean port?" in findings({})[0][1]


def test_a_bad_value_in_the_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "posthoorn.toml").write_text("port = 0\n")
    assert findings({})[0][1].startswith("port in posthoorn.toml (POSTHOORN_PORT)")


def test_a_file_that_is_not_there_or_not_toml_is_refused(tmp_path: Path) -> None:
    assert findings({"POSTHOORN_CONFIG": "none.toml"})[0][0] == "config-file-missing"
    (tmp_path / "bad.toml").write_text("port: 8080")
    assert findings({"POSTHOORN_CONFIG": "bad.toml"})[0][0] == "config-file-malformed"


def test_the_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path / "data")
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(secret_key(settings))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found[0]) == 64
    assert [path.name for path in settings.data_folder.iterdir()] == ["secret-key"]
    assert (settings.data_folder / "secret-key").stat().st_mode & 0o777 == 0o600


def test_a_given_secret_is_used() -> None:
    settings = load_settings({"POSTHOORN_SECRET_KEY": "x" * 32})
    assert secret_key(settings) == b"x" * 32


def test_another_process_gets_exactly_these_settings(tmp_path: Path) -> None:
    (tmp_path / "posthoorn.toml").write_text("port = 1000\n")
    settings = Settings(data_folder=tmp_path, lease_s=2.5, secret_key="y" * 40, broker_url="redis://127.0.0.1/0")
    assert load_settings(as_environment(settings)) == settings
