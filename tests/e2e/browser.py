"""A headless browser for tests, driven through the DevTools protocol that all Chromium kin speak.

No driver program has to match the browser's version, and the browser may be any: the machine's own, or Qt WebEngine's
out of a wheel where the machine has none.
"""

import importlib.util
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QT_WINDOW = Path(__file__).with_name("qt_window.py")
# Nothing but this machine can be reached, so that a page that needs the network can't pass where there is one.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
HEADLESS = ("--headless=new", "--no-first-run", "--disable-background-networking", "--window-size=1400,850")
PATIENCE = 30.0
# Both run in a page before anything of the page itself.
WATCH = """
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) => {
        violations.push(`${event.violatedDirective} ${event.blockedURI}`);
    });
"""
FORGET = "localStorage.clear(); sessionStorage.clear();"


class BrowserError(Exception):
    """There is no browser, or it does not do what was asked; the message says what to do."""


class Page:
    """One page of a running browser, and what went on in it since it was opened."""

    def __init__(self, url: str) -> None:
        self._socket = websocket.create_connection(url, timeout=PATIENCE, suppress_origin=True)
        self._numbers = itertools.count(1)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)

    def close(self) -> None:
        self._socket.close()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask the browser and wait for its answer, noting events that come before it."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") != number:
                self._note(message.get("method"), message.get("params", {}))
            elif "error" in message:
                raise BrowserError(f"{method}: {message['error']['message']}")
            else:
                return message["result"]

    def open(self, url: str) -> None:
        """Open an address as a browser does that was never there."""
        self.call("Page.navigate", url="about:blank")  # the page before may write until it is gone
        self.requests.clear()
        self.complaints.clear()
        forget = self.call("Page.addScriptToEvaluateOnNewDocument", source=FORGET)
        self.call("Page.navigate", url=url)
        self.call("Page.removeScriptToEvaluateOnNewDocument", identifier=forget["identifier"])

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression in the page; promises are awaited."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{script}: {answer['exceptionDetails']['exception']['description']}")
        return answer["result"].get("value")

    def wait(self, script: str) -> Any:
        """The expression's value as soon as it is true."""
        end = time.monotonic() + PATIENCE
        while not (value := self.evaluate(script)):
            if time.monotonic() > end:
                raise BrowserError(
                    f"still not true after {PATIENCE:.0f} s: {script}; the page complains {self.complaints}"
                )
            time.sleep(0.05)
        return value

    def click(self, selector: str) -> None:
        """Click an element once it is there."""
        self.wait(f"!!document.querySelector({json.dumps(selector)})")
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def text(self, selector: str) -> str:
        """What somebody reads in an element; empty where there is none."""
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in {"error", "assert"}:
            self.complaints.append(" ".join(str(value.get("value")) for value in params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A browser of its own with one empty page; `folder` takes its profile and its log.

    Raises BrowserError where there is none or it does not start.
    """
    command, environment = _command(folder)
    log = folder / "browser.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=output, stderr=output)
    try:
        page = Page(_page_address(process, log))
        yield page
        page.close()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _command(folder: Path) -> tuple[list[str], dict[str, str]]:
    """How to start the browser there is: CHROME_BIN, one on PATH, Qt WebEngine."""
    found = os.environ.get("CHROME_BIN") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        profile = f"--user-data-dir={folder / 'profile'}"
        return [found, *HEADLESS, *FLAGS, profile, "--remote-debugging-port=0", "about:blank"], {}
    if not importlib.util.find_spec("PySide6") or not importlib.util.find_spec("PySide6.QtWebEngineCore"):
        raise BrowserError(
            f"no browser: none of {', '.join(NAMES)} is on PATH and PySide6-WebEngine is not installed; "
            "`make setup` installs the latter, CHROME_BIN may name another"
        )
    return [sys.executable, str(QT_WINDOW)], {
        "HOME": str(folder),
        "QT_QPA_PLATFORM": "offscreen",
        "QTWEBENGINE_CHROMIUM_FLAGS": " ".join(re.sub(r"=(.*)", r'="\1"', flag) for flag in FLAGS),
        "QTWEBENGINE_DISABLE_SANDBOX": "1",
        "QTWEBENGINE_REMOTE_DEBUGGING": f"127.0.0.1:{free_port()}",  # it takes no 0
    }


def _page_address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where the browser's page listens, which it says in its log once it does."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"DevTools listening on ws://([\d.]+:\d+)/", log.read_text(errors="replace")):
            with urlopen(f"http://{found[1]}/json/list", timeout=PATIENCE) as answer:
                pages = [target for target in json.load(answer) if target["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        time.sleep(0.05)
    raise BrowserError(
        f"the browser did not start: install Chromium (on Debian and Ubuntu the package chromium), which brings every "
        f"library that may be missing, or name another in CHROME_BIN. It said:\n{log.read_text(errors='replace')}"
    )
