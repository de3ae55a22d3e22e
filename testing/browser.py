"""A real browser for the page: Debian's Chromium and its driver, without a network."""

import json
import shutil
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from axe_core_python import base as axe

if TYPE_CHECKING:  # half a second in each process that collects the tests
    from selenium import webdriver
    from selenium.webdriver.remote.webelement import WebElement

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
)
PATIENCE = 300  # seconds, enough for a busy machine
AXE = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(
  (found) => done(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join("; ")}`)));
"""


class Browser:
    """One window; `open` shows a page on a screen of the given size, in the given theme."""

    def __init__(self, driver: "webdriver.Chrome") -> None:
        self.driver = driver

    def open(
        self, page: Path, width: int = 1280, height: int = 800, theme: str = "light", *, script: bool = True
    ) -> None:
        """Load the page."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        features = {"prefers-color-scheme": theme, "prefers-reduced-motion": "reduce"}
        self.command(
            "Emulation.setEmulatedMedia",
            media="",
            features=[{"name": name, "value": value} for name, value in features.items()],
        )
        self.command("Emulation.setScriptExecutionDisabled", value=not script)
        self.driver.get("about:blank")
        self.driver.get(page.as_uri())

    def command(self, name: str, **values: Any) -> Any:
        """Call a command of the Chrome DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, values)

    def run(self, script: str, *values: Any) -> Any:
        """Run a script in the page and return its result."""
        return self.driver.execute_script(script, *values)

    def all(self, selector: str) -> "list[WebElement]":
        """Return all elements that match the selector and are displayed."""
        return [found for found in self.driver.find_elements("css selector", selector) if found.is_displayed()]

    def one(self, selector: str) -> "WebElement":
        """Return the only displayed element that matches the selector."""
        found = self.all(selector)
        assert len(found) == 1, f"{selector}: {len(found)} are shown"
        return found[0]

    def speak(self, language: str) -> None:
        """Choose the language of the page by a click."""
        self.one(f'label[for="show-{language}"]').click()

    def faults(self) -> list[str]:
        """Return the accessibility faults that axe finds in the page."""
        self.run(AXE)
        return cast("list[str]", self.driver.execute_async_script(RUN_AXE))

    def asked(self) -> list[str]:
        """Return the addresses that the browser requested since the last call."""
        entries = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        return [
            entry["params"]["request"]["url"] for entry in entries if entry["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """Return the lines of the browser's console since the last call."""
        return [entry["message"] for entry in self._log("browser")]

    def _log(self, kind: str) -> list[dict[str, str]]:
        return cast("list[dict[str, str]]", cast("Any", self.driver).get_log(kind))  # selenium's stubs leave it untyped

    def pdf(self) -> bytes:
        """Return the page as a PDF on A4, as the print dialogue makes it."""
        made = self.command("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return b64decode(made["data"])

    def picture(self, width: int, height: int, quality: int = 82) -> bytes:
        """Return a screenshot as WebP."""
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        return b64decode(self.command("Page.captureScreenshot", format="webp", quality=quality, clip=clip)["data"])


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Start a browser with a fresh profile; end it and its processes at the end of the block."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for option in (*OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    driver.set_script_timeout(PATIENCE)
    try:
        yield Browser(driver)
    finally:
        driver.quit()
