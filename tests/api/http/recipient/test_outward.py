"""Every byte that leaves the host of a brand: its headers, and that nothing in it names the service."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import httpx
import pikepdf
import pypdfium2
import pytest
import zxingcpp

from api.http.edge import Edge
from api.http.recipient.app import recipient_app
from api.http.recipient.hosts import ByHost, Hosts
from api.ports import PackageKind
from api.usecases import papers, printing
from docgen.drawing.output_intent import OutputIntent
from tests.api.http.recipient.conftest import SAME_SITE, Visitor
from tests.api.http.recipient.outward import NAMES, SAFE
from tests.api.http.recipient.scene import GOOD, HOST, HOUSE, POSTCODE
from tests.api.http.service import InProcess
from tests.api.http.serving import serving
from tests.api.usecases.world import sample, sample_records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.http.recipient.scene import Letters
    from tests.api.http.service import Service
    from tests.api.usecases.world import World


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tiny colour profile and no picture: the real ones take longer than all the rest together."""
    monkeypatch.setattr(printing, "fogra39", lambda: OutputIntent("TEST", "A test", 4, b"a profile"))
    monkeypatch.setattr(papers, "contact_sheet", lambda *_: b"a picture")


def _everything(client: httpx.Client, letters: Letters) -> Iterator[httpx.Response]:
    """One of each kind of answer, and all that pages refer to."""
    visitor = Visitor(client)
    token, other = letters.token(1), letters.token(3)
    letters.revoke(4, "lost")
    letters.revoke(5, "replaced")
    for path in ("/", "/?taal=en", f"/{token}", f"/{token}?taal=en", f"/{other}", f"/{letters.token(4)}"):
        yield visitor.get(path).answer
    for path in (f"/{letters.token(5)}", "/none", "/a/b", "/form", "/done", "/bye", "/robots.txt", "/favicon.ico"):
        yield visitor.get(path).answer
    yield client.options("/")
    yield client.put(f"/{token}")
    yield client.post("/form", content=b"--", headers={"Content-Type": "multipart/form-data"})
    yield client.post(f"/{token}", data={"house": "x" * 100_000})
    yield visitor.post("/", {"code": "x"}).answer
    yield visitor.post("/", {"code": letters.code(1), "postcode": "x", "house": "1"}).answer
    yield client.post(f"/{token}", data={"postcode": POSTCODE, "house": HOUSE}, headers=SAME_SITE)
    yield visitor.get("/form").answer
    (form,) = [one for one in visitor.page.forms if one.action == "/form"]
    hidden = dict(form.form_values())["form"]
    strange = GOOD | {"form": hidden, "f-reading": "9402", "f-day": "x", "f-phone": "1", "f-email": "a@gmial.com"}
    yield visitor.post("/form", strange).answer
    yield client.post("/form", data=GOOD | {"form": hidden}, headers=SAME_SITE)
    yield visitor.get("/done").answer
    links = {each for _, _, each, _ in visitor.page.iterlinks() if "/look/" in each}
    for each in sorted(links):
        yield client.get(each)
    for _ in range(11):
        last = visitor.post(f"/{other}", {"postcode": "x", "house": "1"}).answer
    yield last
    yield client.post("/leave", headers=SAME_SITE)


def test_no_byte_on_the_host_of_a_brand_names_the_service_and_all_keep_to_themselves(
    service: Service, letters: Letters
) -> None:
    kinds = set()
    with (
        serving(service.app) as (host, port),
        httpx.Client(base_url=f"http://{host}:{port}", headers={"Host": HOST}) as client,
    ):
        for answer in _everything(client, letters):
            kinds.add(answer.status_code)
            head = "\n".join(f"{name}: {value}" for name, value in answer.headers.multi_items())
            assert not NAMES.search(answer.content), (answer.url, NAMES.search(answer.content))
            assert not NAMES.search(head.encode()), (answer.url, head)
            assert "server" not in answer.headers
            _keeps_to_itself(answer)
    assert kinds >= {200, 303, 403, 404, 405, 410, 413, 422, 429}


def _keeps_to_itself(answer: httpx.Response) -> None:
    is_file = "/look/" in str(answer.url) or answer.url.path == "/favicon.ico"
    wanted = {name: value for name, value in SAFE.items() if not is_file or name == "x-content-type-options"}
    found = {name: answer.headers.get(name) for name in wanted}
    assert found == wanted, answer.url
    if is_file:
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert "http://" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", answer.text)
    assert "https://" not in answer.text


def test_no_letter_names_the_service_and_its_link_is_on_the_host_of_the_brand(world: World, quick: None) -> None:
    del quick
    world.put(PackageKind.BRAND, "zandeland", sample("brand", "zandeland"))
    world.put(PackageKind.TEMPLATE, "contact-data-request", sample("template", "contact-data-request"))
    records = sample_records("contact-data-request")[:1]
    job = world.released(records, template="contact-data-request", brand="zandeland")
    (batch,) = world.batches(job.id)
    (data,) = [data for name, data in world.files(batch).items() if name.endswith(".pdf") and "ticket" not in name]
    assert not NAMES.search(data)
    with pikepdf.open(io.BytesIO(data)) as letter:
        said = str(dict(letter.docinfo))
        if "/Metadata" in letter.Root:
            said += letter.Root.Metadata.read_bytes().decode()
        picture = pypdfium2.PdfDocument(data)[0].render(scale=3).to_pil()
    assert not NAMES.search(said.encode())
    codes = [found.text for found in zxingcpp.read_barcodes(picture) if found.text.startswith("HTTPS")]
    assert [code.rpartition("/")[0] for code in codes] == [f"HTTPS://{HOST.upper()}"]


@pytest.mark.parametrize("public_url", [None, "https://post.example.org"])
def test_the_cookie_comes_with_the_address_and_over_https_is_bound_to_the_host(
    letters: Letters, public_url: str | None
) -> None:
    async def nobody(*_: object) -> None:
        raise AssertionError("this is not for the service")

    deps = letters.world.deps

    class NoMetrics:
        def count(self, *_: object) -> None:
            """Nobody looks."""

    recipient = recipient_app(deps, Edge(public_url=public_url), NoMetrics())  # type: ignore[arg-type] # it counts nothing
    app = ByHost(nobody, recipient, Hosts(deps))
    with httpx.Client(transport=InProcess(app), base_url=f"http://{HOST}") as client:  # type: ignore[arg-type] # any application
        assert "set-cookie" not in client.get(f"/{letters.token(1)}").headers
        data = {"postcode": POSTCODE, "house": HOUSE}
        answer = client.post(f"/{letters.token(1)}", data=data, headers=SAME_SITE)
    cookie = answer.headers["set-cookie"]
    name, *attributes = cookie.split("; ")
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=1800"} <= set(attributes)
    assert ("Secure" in attributes, name.startswith("__Host-page=")) == (bool(public_url), bool(public_url))
    assert ("strict-transport-security" in answer.headers) == bool(public_url)
    assert not re.search(r"9876|ZZ|R1", cookie)
