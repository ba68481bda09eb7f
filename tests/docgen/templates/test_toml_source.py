"""The line of every key, and typed getters that gather faults."""

from __future__ import annotations

from docgen.templates.toml_source import key_lines, read_toml

TEXT = """\
a = 1
"b c".d = 2

[t]  # a table
x = 1

[[l]]
y = 1
[[l]]
y = 2
[l.sub]
z = 3
[[l.deep]]
w = 4
"""


def test_every_key_has_its_line() -> None:
    lines = key_lines(TEXT)
    assert lines[("a",)] == 1
    assert lines["b c", "d"] == 2
    assert lines["t", "x"] == 5
    assert lines["l", 0, "y"] == 8
    assert lines["l", 1, "y"] == 10
    assert lines["l", 1, "sub", "z"] == 12
    assert lines["l", 1, "deep", 0, "w"] == 14


def test_a_missing_key_is_said_at_its_table() -> None:
    source = read_toml("brand.toml", TEXT.encode(), "brand")
    table = source.root().table("t")
    assert table is not None
    table.need("missing")
    (finding,) = source.found
    assert finding.code == "brand-key-missing"
    assert finding.place.line == 4
    assert "t.missing" in finding.message


def test_getters_give_a_neutral_value_for_a_wrong_type() -> None:
    source = read_toml("x.toml", b'a = 1\nb = "x"\nc = [1]\nd = {e = 1}\nf = [{}]\nt = true')
    root = source.root()
    assert root.text("a") == ""
    assert root.whole("b", 7, 0, 9) == 7
    assert root.whole("t", 7, 0, 9) == 7
    assert root.flag("a", default=True)
    assert root.texts("b") == ()
    assert root.texts("c") == ()
    assert root.per_language("a", ("nl",)) == {}
    assert root.per_language("d", ("nl",)) == {}
    assert root.table("a") is None
    assert root.tables("c") == []
    assert root.tables("b") == []
    assert root.length_mm("b") is None
    assert len(source.found) == 12
    assert {f.code for f in source.found} == {"template-key-type"}


def test_getters_give_what_is_there() -> None:
    source = read_toml(
        "x.toml", 'a = " x "\nn = 4\nl = ["p "]\nw = { nl = "één", en = "one" }\nm = 2.5\n[[t]]\n[[t]]'.encode()
    )
    root = source.root()
    assert root.text("a") == "x"
    assert root.optional_text("none") is None
    assert root.whole("n", 1, 0, 9) == 4
    assert root.texts("l") == ("p",)
    assert root.per_language("w", ("en",)) == {"en": "one"}
    assert root.per_language("a", ("nl", "en")) == {"nl": "x", "en": "x"}
    assert root.length_mm("m") == 2.5
    assert [table.path for table in root.tables("t")] == [("t", 0), ("t", 1)]
    assert source.found == []
