"""The public site in a real browser: opened, searched, read on a phone. One browser serves all these tests."""

import functools
import json
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
CASE = "20261008-AH14SF"

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def site(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from wz.model.instants import parse_instant
    from wz.office.publishing import publish
    from wz.store.registry import Registry

    folder = tmp_path_factory.mktemp("browser") / "site"
    publish(Registry(told), folder, parse_instant("2026-11-20 23:59"), None)
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


class Browser:
    """A browser, and all that it asked for and complained of."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, address: str) -> None:
        self.driver.get(address)

    def find(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def texts(self, selector: str) -> list[str]:
        return [one.text for one in self.driver.find_elements("css selector", selector)]

    def wait(self, script: str) -> None:
        from selenium.webdriver.support.wait import WebDriverWait

        WebDriverWait(self.driver, 10, 0.05).until(lambda driver: driver.execute_script(f"return {script}"))

    def as_phone(self) -> None:
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)

    def requested(self) -> set[str]:
        """What was asked for since the last time: full addresses."""
        logged = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        sent = [one["params"]["request"]["url"] for one in logged if one["method"] == "Network.requestWillBeSent"]
        return {url for url in sent if not url.startswith(("data:", "chrome:", "about:"))}

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None or DRIVER is None:
        missing = "no Chromium with its driver is installed (Debian: apt install chromium chromium-driver)"
        if os.environ.get("WZ_TEST_BROWSER") == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    driver.set_page_load_timeout(20)
    yield Browser(driver)
    driver.quit()


@pytest.fixture
def browser(started: Browser, address: str) -> Iterator[Browser]:
    """The browser at its usual size; after each test: no complaint on the console, no request to another host."""
    started.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    yield started
    assert started.complaints() == []
    assert {url for url in started.requested() if not url.startswith((f"{address}/", "file://"))} == set()


def search(browser: Browser, words: str) -> list[str]:
    field = browser.find("#words")
    field.clear()
    field.send_keys(words)
    browser.wait("document.getElementById('count').textContent !== '' && document.getElementById('latest').hidden")
    browser.wait(f"decodeURIComponent(location.hash.slice(1)) === {json.dumps(words)}")
    shown = "document.getElementById('count').textContent"
    browser.wait(f"{shown} === '没有找到' || {shown} === '找到' + document.querySelectorAll('#found li').length + '件'")
    return browser.texts("#found .title")


def test_search_and_open_a_case(browser: Browser, address: str) -> None:
    browser.open(f"{address}/index.html")
    assert "公开答复" in browser.find("h1").text
    assert search(browser, "夜市 城市管理局") == ["滨江路夜市油烟噪声影响居民休息"]
    browser.find("#found a").click()
    browser.wait("document.querySelector('article') !== null")
    assert browser.driver.current_url == f"{address}/cases/{CASE}.html"
    assert browser.find("article h1").text == "滨江路夜市油烟噪声影响居民休息"
    assert "现已全部装好" in browser.find(".answer").text
    asked = browser.requested()
    assert f"{address}/search/2026.js" in asked
    assert {url for url in asked if not url.startswith(f"{address}/")} == set()


def test_search_that_finds_nothing_and_is_cleared(browser: Browser, address: str) -> None:
    browser.open(f"{address}/index.html")
    assert search(browser, "没有这样的事<img src=x onerror=alert(1)>") == []
    assert browser.find("#count").text == "没有找到"
    field = browser.find("#words")
    field.clear()
    field.send_keys(" ")
    browser.wait("!document.getElementById('latest').hidden")
    assert len(browser.texts("#latest .title")) >= 20


def test_a_search_can_be_linked_to(browser: Browser, address: str) -> None:
    browser.open("about:blank")
    browser.open(f"{address}/index.html#{CASE.lower()}")
    browser.wait("document.querySelectorAll('#found li').length === 1")
    assert browser.texts("#found .title") == ["滨江路夜市油烟噪声影响居民休息"]


def test_every_link_leads_to_a_page(browser: Browser, address: str, site: Path) -> None:
    for page in ("index.html", "statistics.html", "rules.html", "months/2026-10.html", f"cases/{CASE}.html"):
        browser.open(f"{address}/{page}")
        links = browser.driver.execute_script("return [...document.querySelectorAll('a')].map((one) => one.href)")
        assert len(links) >= 4
        for link in links:
            assert (site / link.removeprefix(f"{address}/").partition("#")[0]).is_file(), link


@pytest.mark.parametrize(
    "page", ["index.html", "statistics.html", "rules.html", "months/2026-10.html", f"cases/{CASE}.html"]
)
def test_readable_at_360_pixels(browser: Browser, address: str, page: str) -> None:
    """Nothing is wider than the phone, no text is smaller than 11 pixels, and what is to be touched is big enough."""
    browser.as_phone()
    browser.open(f"{address}/{page}")
    measured = browser.driver.execute_script(
        """
        const all = (selector) => [...document.querySelectorAll(selector)];
        const visible = all("body *").filter((one) => one.getClientRects().length);
        const isText = (node) => node.nodeType === 3 && node.data.trim();
        const texts = visible.filter((one) => [...one.childNodes].some(isText));
        const right = (one) => one.getBoundingClientRect().right;
        const scale = (one) => one.ownerSVGElement ? one.getScreenCTM().a : 1;
        return {
          window: innerWidth,
          page: document.documentElement.scrollWidth,
          wide: visible.filter((one) => right(one) > innerWidth + 0.5).map((one) => one.outerHTML),
          smallest: Math.min(...texts.map((one) => parseFloat(getComputedStyle(one).fontSize) * scale(one))),
          touch: Math.min(...all("nav a, ul a").map((one) => one.getBoundingClientRect().height)),
        };
        """
    )
    assert measured["window"] == 360
    assert measured["page"] == 360
    assert measured["wide"] == []
    assert measured["smallest"] >= 11
    assert measured["touch"] >= 32


def test_charts_are_drawn(browser: Browser, address: str) -> None:
    browser.open(f"{address}/statistics.html")
    assert len(browser.driver.find_elements("css selector", "svg.chart")) == 3
    colours = browser.driver.execute_script(
        "return [...document.querySelectorAll('svg rect')].map((one) => getComputedStyle(one).fill)"
    )
    assert len(set(colours)) >= 5
    heights = browser.driver.execute_script(
        "return [...document.querySelectorAll('svg rect')].map((one) => one.getBoundingClientRect().height)"
    )
    assert min(heights) > 1


def test_opened_by_double_click(browser: Browser, site: Path) -> None:
    """From the disk, without a server: style and search work too."""
    browser.open((site / "index.html").as_uri())
    assert browser.driver.execute_script("return getComputedStyle(document.body).backgroundColor") != "rgba(0, 0, 0, 0)"
    assert search(browser, "夜市 城市管理局") == ["滨江路夜市油烟噪声影响居民休息"]
