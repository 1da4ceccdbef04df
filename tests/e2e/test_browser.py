"""The explorer as somebody finds it who opens it in a browser, with the demo's server behind it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from app.web.explorer import EXAMPLES, Example
from tests.e2e.browser import Page, browser, free_port

SERVE = [sys.executable, "-m", "app", "serve"]
PATIENCE = 60.0


def operation(example: Example) -> str:
    """What GraphiQL calls an example's tab."""
    return example.query.split()[1].partition("(")[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of its own, with the demo in a new SQLite file."""
    folder = tmp_path_factory.mktemp("server")
    port = free_port()
    settings = {
        "BAILIWICK_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "BAILIWICK_DEMO": "true",
        "BAILIWICK_EXPLORER": "true",
        "BAILIWICK_HOST": "127.0.0.1",
        "BAILIWICK_PORT": str(port),
    }
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(SERVE, env=os.environ | settings, stdout=output, stderr=output)
    try:
        address = f"http://127.0.0.1:{port}/"
        _await_answer(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("browser")) as page:
        yield page


@pytest.fixture
def explorer(window: Page, server: str) -> Page:
    """The explorer, opened for the first time and ready to be asked in."""
    window.open(server)
    window.wait("!!document.querySelector('.graphiql-execute-button')")
    return window


def test_the_page_asks_nobody_else_and_complains_of_nothing(explorer: Page, server: str) -> None:
    explorer.click(".graphiql-execute-button")
    explorer.wait("document.querySelector('.result-window').innerText.includes('data')")
    for button in ("Show Documentation Explorer", "Open short keys dialog", "Open settings dialog"):
        explorer.click(f"[aria-label='{button}']")
        explorer.wait("!!document.querySelector('.graphiql-dialog, .graphiql-doc-explorer')")
        explorer.evaluate("document.querySelector('.graphiql-dialog-close')?.click()")

    fetched = [url for url in explorer.requests if urlsplit(url).scheme not in {"data", "blob"}]
    assert {urlsplit(url).netloc for url in fetched} == {urlsplit(server).netloc}
    assert explorer.evaluate("violations") == []
    assert explorer.complaints == []


def test_the_documentation_shows_the_schema(explorer: Page) -> None:
    explorer.click("[aria-label='Show Documentation Explorer']")
    explorer.wait("document.querySelector('.graphiql-doc-explorer')?.innerText.includes('Query')")
    assert "Error fetching schema" not in explorer.text(".graphiql-doc-explorer")


def test_each_example_has_a_tab(explorer: Page) -> None:
    tabs = explorer.evaluate("[...document.querySelectorAll('.graphiql-tab-button')].map((tab) => tab.innerText)")
    assert tabs == [operation(example) for example in EXAMPLES]
    assert EXAMPLES[0].title in explorer.text(".graphiql-query-editor")


@pytest.mark.parametrize("example", EXAMPLES, ids=operation)
def test_each_example_is_answered_without_an_error(explorer: Page, example: Example) -> None:
    explorer.click(f"[id='graphiql-session-tab-{EXAMPLES.index(example)}']")
    time.sleep(0.5)  # GraphiQL reads the operation's name a tenth of a second after it shows a tab
    answer = ask(explorer)
    assert "errors" not in answer
    assert answer["data"]


def test_the_next_query_is_asked_as_whoever_was_chosen(explorer: Page) -> None:
    answers = {}
    for name in ("Bob", "Alice"):
        choose(explorer, name)
        answers[name] = ask(explorer)
        assert f'"name": "{name}' in explorer.text(".result-window")
        assert explorer.text("#asked-as").startswith(f"Asked as {name}")
    assert answers["Bob"] != answers["Alice"]


def test_choosing_a_person_asks_nothing_and_leaves_the_answer_marked(explorer: Page) -> None:
    choose(explorer, "Bob")
    ask(explorer)
    asked = len(explorer.requests)
    choose(explorer, "Alice")
    time.sleep(0.5)  # a query sent by mistake would come at once
    explorer.evaluate("1")
    assert len(explorer.requests) == asked
    assert explorer.text("#asked-as").startswith("Asked as Bob")
    assert explorer.text("#about") != ""


def test_a_key_of_ones_own_is_sent_and_a_bad_one_is_refused(explorer: Page) -> None:
    enter_key(explorer, "blw_not-a-key")
    assert "key's owner" in explorer.evaluate("person.selectedOptions[0].innerText")
    assert ask(explorer)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_without_a_key_one_asks_as_nobody(explorer: Page) -> None:
    enter_key(explorer, "")
    assert explorer.evaluate("person.selectedOptions[0].innerText") == "nobody"
    assert ask(explorer)["data"]["viewer"] is None


def test_no_key_outlives_the_browser_tab(explorer: Page) -> None:
    enter_key(explorer, "blw_something-secret")
    ask(explorer)
    time.sleep(1)  # GraphiQL saves its tabs half a second later
    kept = explorer.evaluate("JSON.stringify(localStorage)")
    assert "WhoAmI" in kept
    assert "something-secret" not in kept
    assert explorer.evaluate("Object.values(sessionStorage)") == ["blw_something-secret"]


def choose(page: Page, name: str) -> None:
    """Choose somebody in "Asking as"."""
    page.evaluate(f"""(() => {{
        const option = [...person.options].find((one) => one.innerText.startsWith({json.dumps(name)}));
        person.value = option.value;
        person.dispatchEvent(new Event("change", {{ bubbles: true }}));
    }})()""")


def enter_key(page: Page, text: str) -> None:
    page.evaluate(f"key_field = document.querySelector('#key'); key_field.value = {json.dumps(text)}")
    page.evaluate("key_field.dispatchEvent(new Event('input', { bubbles: true }))")


def ask(page: Page) -> dict:
    """Run the query of the tab in front; its answer as it is shown."""
    shown = "document.querySelector('.result-window .CodeMirror').CodeMirror"
    page.evaluate(f"{shown}.setValue('')")
    page.click(".graphiql-execute-button")
    return json.loads(page.wait(f"{shown}.getValue()"))


def _await_answer(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urlopen(address, timeout=PATIENCE).close()
        except URLError:
            if process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"the server did not start; it said:\n{log.read_text(errors='replace')}")
            time.sleep(0.1)
        else:
            return
