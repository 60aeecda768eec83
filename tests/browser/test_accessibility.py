"""Every page in both languages, themes and sizes: axe finds nothing, nothing overflows, nothing is fetched."""

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Each language, theme and size is met on every page; the longer words on the narrower screen.
LOOKS = [("fr-FR", "dark", "phone"), ("en-GB", "light", "desk")]
SIGNED_OUT = ["/staff/sign-in/", "/staff/link/nothing/", "/age/rates/", "/age/practice/"]
SIGNED_IN = [
    "/waves/",
    "/waves/1/",
    "/radar/",
    "/radar/stars/1/",
    "/radar/pile-ons/1/",
    "/radar/settings/",
    "/cases/",
    "/cases/?q=nobody-has-this-name",
    "case:waiting",
    "case:in_force",
    "case:none",
    "/due/",
    "/appeals/",
    "/appeals/1/",
    "/misuse/",
    "/authorities/",
    "/desk/",
    "/search/?q=photos",
    "/macros/",
    "/second-reviews/",
    "/rulebooks/",
    "/rulebooks/rempart/",
    "/rulebooks/draft/",
    "/rulebooks/thresholds/",
    "/rulebooks/shadow/",
    "tried:sweep",
    "tried:comparison",
    "/simulations/",
    "simulation",
    "/ledger/",
    "/keys/",
    "/staff/account/",
    "/staff/members/",
    "/staff/members/1/",
    "/staff/keys/",
    "/endpoints/",
    "/platforms/",
    "/staff/platforms/",
    "/staff/platforms/add/",
    "/staff/platforms/add/matrix/",
    "/files/locked/",
    "/age/",
    "/age/challenges/23/",
    "/age/matters/1/",
    "/age/protection/1/",
    "/age/trust/",
    "/age/desk/rates/",
    "/staff/second-factor/",
    "/staff/second-factor/code/add/",
    "/nothing-here/",
]


@pytest.fixture(scope="module")
def simulated(site, visit) -> str:
    """The address of a simulation that is computed."""
    with visit() as page:
        page.goto(site.address + "/simulations/")
        page.get_by_label("Comptes accusés").fill("40")
        page.get_by_role("button", name="Simuler").click()
        page.wait_for_url("**/simulations/*/")
        site.command("worker", "--until-idle")
        return page.url.removeprefix(site.address)


@pytest.fixture(scope="module")
def tried(site, visit) -> dict[str, str]:
    """The addresses of a figure that was tried, and of a draft that was compared, both computed."""
    addresses = {}
    with visit() as page:
        page.goto(site.address + "/rulebooks/thresholds/")
        page.get_by_label("Chiffre", exact=True).select_option("contact-several-sources.credibility")
        page.get_by_label("À partir de").fill("0.5")
        page.get_by_label("À", exact=True).fill("0.9")
        page.get_by_label("Comptes accusés", exact=True).fill("40")
        page.get_by_role("button", name="Calculer").click()
        page.wait_for_url("**/rulebooks/thresholds/*/")
        addresses["sweep"] = page.url.removeprefix(site.address)
        page.goto(site.address + "/rulebooks/draft/")
        text = page.get_by_label("Le nouveau règlement").input_value()
        page.goto(site.address + "/rulebooks/shadow/")
        page.get_by_label("Le projet").fill(text.replace("credibility >= 0.85", "credibility >= 0.999"))
        page.get_by_role("button", name="Comparer").click()
        page.wait_for_url("**/rulebooks/shadow/*/")
        addresses["comparison"] = page.url.removeprefix(site.address)
    site.command("worker", "--until-idle")
    return addresses


@pytest.fixture(params=SIGNED_OUT + SIGNED_IN)
def path(request, find_case) -> str:
    """The address of a page."""
    if request.param.startswith("tried:"):
        return request.getfixturevalue("tried")[request.param.removeprefix("tried:")]
    if request.param == "simulation":
        return request.getfixturevalue("simulated")
    kind, _colon, state = request.param.partition("case:")
    return find_case(state) if not kind and state else request.param


@pytest.fixture(params=LOOKS, ids="-".join)
def page(request, path, site, visit, on_phone):
    """The page, opened in one language, theme and size, with whatever it complained about and asked for."""
    language, theme, size = request.param
    options = {"locale": language, "color_scheme": theme, **(on_phone if size == "phone" else {})}
    if path in SIGNED_OUT:
        options["storage_state"] = None
    with visit(**options) as opened:
        opened.complaints, opened.asked = [], []
        opened.on("console", lambda message: opened.complaints.append(message.text))
        opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.on("request", lambda asked: opened.asked.append(asked.url))
        opened.goto(site.address + path)
        yield opened


def test_a_page_is_accessible_fits_and_asks_nothing_of_anybody_else(page, path, site):
    results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert [url for url in page.asked if not url.startswith(site.address + "/")] == []
    # A page that says "there is nothing here" is rightly logged by the browser as 404 or 410.
    assert [text for text in page.complaints if "Failed to load resource" not in text] == []
    words = page.locator("body").inner_text().lower()
    assert not {word for word in ("guilty", "coupable", "victim") if word in words}
