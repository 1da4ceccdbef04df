"""The explorer's page and files: what they are, who may use them, and that they come from nowhere else."""

import hashlib
import re
from html.parser import HTMLParser
from importlib.resources import files

import httpx
import pytest
from starlette.applications import Starlette

from app.web.explorer import EXAMPLES, DemoPerson, Example, explorer_routes
from app.web.explorer.assets import FILES

PEOPLE = [DemoPerson("Alice", "an administrator", "blw_alice"), DemoPerson("Bob", "a member", "blw_bob")]
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self' data:",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
}


def client(people=lambda: PEOPLE, examples=EXAMPLES, **options) -> httpx.AsyncClient:
    app = Starlette(routes=explorer_routes(people, examples, **options))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server")


def policy(page) -> dict[str, str]:
    pairs = (directive.partition(" ") for directive in page.headers["Content-Security-Policy"].split("; "))
    return {name: value for name, _, value in pairs}


class Addresses(HTMLParser):
    """Every address in a page, and every script and style that stands in the page itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.found += [given[name] for name in ("src", "href", "action") if name in given]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]


async def test_the_page_is_html_that_nobody_keeps():
    page = await client().get("/")
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "<title>Bailiwick</title>" in page.text


async def test_the_policy_allows_nothing_but_the_server_itself():
    found = policy(await client().get("/"))
    styles = found.pop("style-src")
    assert found == POLICY
    assert re.fullmatch(r"'self' 'nonce-[\w-]{22}'", styles)


async def test_each_view_of_the_page_has_a_nonce_of_its_own():
    asked = client()
    first, second = await asked.get("/"), await asked.get("/")
    assert policy(first)["style-src"] != policy(second)["style-src"]
    nonce = policy(first)["style-src"].split("'nonce-")[1].rstrip("'")
    assert f'nonce="{nonce}"' in first.text


async def test_the_page_names_only_files_that_are_there_and_holds_no_script():
    asked = client()
    page = Addresses((await asked.get("/")).text)
    assert page.inline == []
    assert len(page.found) >= 7
    for address in page.found:
        assert address.startswith("/explorer/")
        assert (await asked.get(address)).status_code == 200


async def test_no_served_style_or_page_fetches_from_elsewhere():
    asked = client()
    for name in ("explorer.css", "graphiql.min.css"):
        style = (await asked.get(f"/explorer/{name}")).text
        assert "@import" not in style
        for target in re.findall(r"""url\(["']?([^)"']{0,12})""", style):
            assert target.startswith("data:")
    assert "://" not in (await asked.get("/explorer/explorer.js")).text


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, (_, kind) in FILES.items()])
async def test_each_file_has_its_type_and_may_be_kept(name, kind):
    asked = client()
    sent = await asked.get(f"/explorer/{name}")
    assert sent.status_code == 200
    assert sent.headers["Content-Type"] == kind
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert sent.headers["Cache-Control"] == "no-cache"
    assert sent.content == files("app.web.explorer").joinpath(FILES[name][0]).read_bytes()

    again = await asked.get(f"/explorer/{name}", headers={"If-None-Match": sent.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_file_is_kept_for_ever_only_under_the_version_it_has():
    asked = client()
    version = re.search(r"explorer\.js\?v=(\w+)", (await asked.get("/")).text)[1]
    assert "immutable" in (await asked.get(f"/explorer/explorer.js?v={version}")).headers["Cache-Control"]
    assert (await asked.get("/explorer/explorer.js?v=0")).headers["Cache-Control"] == "no-cache"


async def test_a_file_is_sent_plain_to_whom_cannot_unpack_it():
    asked = client()
    packed = await asked.get("/explorer/graphiql.min.js")
    plain = await asked.get("/explorer/graphiql.min.js", headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    assert packed.content == plain.content


@pytest.mark.parametrize(
    "path",
    [
        "/explorer/",
        "/explorer/nothing.js",
        "/explorer/page.html",
        "/explorer/routes.py",
        "/explorer/vendor/VENDOR.md",
        "/explorer/..%2Froutes.py",
        "/explorer/%2e%2e/settings.py",
        "/explorer/..%5c..%5csettings.py",
        "/explorer/%2Fetc%2Fpasswd",
        "/explorer/explorer.js%00",
    ],
)
async def test_nothing_else_is_served(path):
    assert (await client().get(path)).status_code == 404


async def test_only_the_demo_tells_its_people_and_their_keys():
    demo, real = client(), client(people=None)
    told = await demo.get("/explorer/people.json")
    assert told.json()[0] == {"name": "Alice", "about": "an administrator", "key": "blw_alice"}
    assert told.headers["Cache-Control"] == "no-store"
    assert 'data-people="/explorer/people.json"' in (await demo.get("/")).text

    assert (await real.get("/explorer/people.json")).status_code == 404
    assert 'data-people=""' in (await real.get("/")).text


async def test_the_page_is_told_where_graphql_is_without_trusting_the_path():
    page = (await client(graphql_path='/api"><script>').get("/")).text
    assert 'data-graphql="/api&quot;&gt;&lt;script&gt;"' in page


async def test_the_examples_are_served_as_they_were_given():
    given = Example("Who am I?", "query WhoAmI { viewer { id } }", '{"a": 1}')
    assert (await client(examples=[given]).get("/explorer/examples.json")).json() == [
        {"title": "Who am I?", "query": "query WhoAmI { viewer { id } }", "variables": '{"a": 1}'}
    ]


async def test_the_files_of_others_are_those_of_their_packages():
    folder = files("app.web.explorer").joinpath("vendor")
    listed = dict(re.findall(r"^\| `([^`]+)` .*`(\w{64})` \|$", folder.joinpath("VENDOR.md").read_text(), re.MULTILINE))
    held = {one.name: one for one in folder.iterdir() if one.name.endswith((".js", ".css"))}
    assert listed.keys() == held.keys()
    for name, one in held.items():
        assert hashlib.sha256(one.read_bytes()).hexdigest() == listed[name]


async def test_the_explorer_is_small():
    assert sum(len(files("app.web.explorer").joinpath(path).read_bytes()) for path, _ in FILES.values()) < 2_000_000
