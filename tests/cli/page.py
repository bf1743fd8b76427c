"""The page in a browser, from file://: page.py RUN. Every section shows, every picture loads, nothing is logged to the
console, no name is anything but text."""
import csv
import sys

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

run = sys.argv[1]
options = Options()
for word in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1200,900"):
    options.add_argument(word)
options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
browser.set_page_load_timeout(60)


def text(element):
    return element.get_attribute("textContent")


try:
    browser.get(f"file://{run}/report/index.html")
    sections = browser.find_elements(By.CSS_SELECTOR, "main > section")
    assert len(sections) >= 4, len(sections)
    for section in sections:
        assert section.is_displayed() and section.size["height"] > 20, section.get_attribute("id")
    for link in browser.find_elements(By.CSS_SELECTOR, "nav a, table.checks a[href^='#']"):
        target = link.get_attribute("href").split("#")[1]
        assert browser.find_elements(By.ID, target), f"a link to #{target}, which is not there"

    # what each stage took
    facts = {text(name) for name in browser.find_elements(By.CSS_SELECTOR, ".facts dt")}
    assert {"ingest", "copies", "groups", "check"} <= {name.lower() for name in facts}, facts

    # findings: as many cards as the list has, each with its sentence and its names
    with open(f"{run}/findings.csv", encoding="utf-8", errors="surrogateescape") as f:
        wanted = list(csv.DictReader(f))
    cards = browser.find_elements(By.CSS_SELECTOR, "ol.findings > li")
    assert len(cards) == len(wanted), (len(cards), len(wanted))
    assert sorted(text(c.find_element(By.CLASS_NAME, "sentence")) for c in cards) == sorted(w["sentence"] for w in wanted)
    shown = " ".join(text(c) for c in cards)
    for finding in wanted:
        assert finding["path"].lstrip("'") in shown, finding["path"]
    for several in browser.find_elements(By.CSS_SELECTOR, "li.several"):
        assert len(several.find_elements(By.CSS_SELECTOR, ".picture")) >= 2
    for box in browser.find_elements(By.CSS_SELECTOR, ".box"):
        assert box.size["width"] > 0 and box.size["height"] > 0, "a box without a size"

    # one kind of findings alone, and the names of what is shown
    browser.execute_script("Object.defineProperty(navigator, 'clipboard', {value: {writeText: (text) => {"
                           "window.copied = text; return Promise.resolve(); }}})")

    def copied(button):
        browser.execute_script("window.copied = ''; arguments[0].click()", button)
        return set(browser.execute_script("return window.copied").rstrip("\n").split("\n"))

    checks = browser.find_elements(By.CSS_SELECTOR, "section.check")
    tools = browser.find_element(By.ID, "finding-tools")
    assert tools.is_displayed() and len(checks) >= 2
    everything = copied(tools.find_element(By.CSS_SELECTOR, "button.names"))
    assert everything >= {w["path"].lstrip("'") for w in wanted}, everything
    for kind in {c.get_attribute("data-kind") for c in checks}:
        browser.execute_script("const s = document.getElementById('finding-kind'); s.value = arguments[0];"
                               "s.dispatchEvent(new Event('change'))", kind)
        for c in checks:
            assert c.is_displayed() == (c.get_attribute("data-kind") == kind), kind
        names = copied(tools.find_element(By.CSS_SELECTOR, "button.names"))
        assert names >= {w["path"].lstrip("'") for w in wanted if w["kind"] == kind} and names < everything, names
    browser.execute_script("const s = document.getElementById('finding-kind'); s.value = '';"
                           "s.dispatchEvent(new Event('change'))")
    for c in checks:
        here = {p.get_attribute("data-name") for p in c.find_elements(By.CSS_SELECTOR, "[data-name]")}
        assert copied(c.find_element(By.CSS_SELECTOR, "h3 button.names")) == here

    # pictures are loaded as they come into sight
    for image in browser.find_elements(By.TAG_NAME, "img"):
        browser.execute_script("arguments[0].loading = 'eager'; arguments[0].scrollIntoView()", image)
        browser.execute_async_script("const done = arguments[1]; arguments[0].decode().then(done, done)", image)
        assert image.get_property("naturalWidth") > 0, image.get_attribute("src")

    # what hostile names would have done
    assert browser.title != "caught", "a name ran as a script"
    assert not browser.find_elements(By.CSS_SELECTOR, "main script, main iframe, main b.hostile"), "a name became an element"
    logged = [e for e in browser.get_log("browser")]
    assert not logged, logged
    print(f"{len(sections)} sections, {len(cards)} findings")
finally:
    browser.quit()
