"""Accounts elsewhere, and telling the service where it happened: proposed, confirmed, asked, agreed, approved.

Without JavaScript, on a phone where somebody outside answers; axe finds nothing on any of the pages.
"""

import json
import subprocess
import sys
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Somebody of whom one person spoke here and another on Snapchat, where notices are taken since today.
WORLD = """
import json
import django
django.setup()
from rempart import records
from rempart.casework.models import Case
from rempart.casework.services import assess_accounts, notifying
from rempart.correspondence.links import link_for
from rempart.intake.models import Account
from rempart.intake.services import HandedReport, receive_report
from rempart.staff.models import StaffMember
from rempart.staff.services import add_member

for person, role in (("iris", "reviewer"), ("sami", "reviewer"), ("nour", "administrator")):
    if not StaffMember.objects.filter(email=f"{person}@rempart.example").exists():
        add_member(f"{person}@rempart.example", name=person.title(), roles=[role])
nour = StaffMember.objects.get(email="nour@rempart.example")
notifying.set_contact("snapchat", email="notices@snap.example", source="Their answer of 3 June.", acting=nour)
said = dict(service="tiktok", text="...", conduct=["nude_request"], minor=True, language="fr")
here = receive_report(HandedReport(
    number="elsewhere-1", about=records.AccountReference("tiktok", "invented.linked"),
    reporter=records.Reporter(id="one"), **said))
there = receive_report(HandedReport(
    number="elsewhere-2", about=records.AccountReference("snapchat", "invented.snap"),
    reporter=records.Reporter(id="two"), **said))
assess_accounts([here.testimony.account])
case = Case.objects.get(account=here.testimony.account)
page = "/c/" + link_for(there.conversation).partition("/c/")[2]
print(json.dumps({"case": f"/cases/{case.pk}/", "page": page, "notice": f"/notices/{there.notices.get().pk}/"}))
"""


@pytest.fixture(scope="module")
def world(site) -> dict[str, str]:
    """The addresses of the case, of the page of who reported elsewhere, and of the notice."""
    done = subprocess.run(
        [sys.executable, "-c", WORLD], env=site.environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return {key: site.address + path for key, path in json.loads(done.stdout.splitlines()[-1]).items()}


@pytest.fixture
def at_desk(visit, site):
    """Open the desk as a member: `with at_desk("iris") as page`; without JavaScript unless asked for."""

    @contextmanager
    def open_desk(person: str, *, scripts: bool = False):
        with visit(storage_state=None, java_script_enabled=scripts, locale="en-GB") as page:
            page.goto(site.sign_in_link(f"{person}@rempart.example"))
            page.locator("main button").click()
            yield page

    return open_desk


def accessible(page) -> None:
    """Axe finds nothing, with every fold open, and nothing overflows."""
    for fold in page.locator("main details").all():
        fold.evaluate("fold => { fold.open = true }")
    results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_one_member_proposes_a_link_and_another_confirms_it(world, at_desk):
    with at_desk("iris") as page:
        page.goto(world["case"])
        form = page.get_by_role("form", name="Propose a link on evidence", include_hidden=True)
        page.locator("#elsewhere summary", has_text="Propose a link on evidence").click()
        form.get_by_label("Service").select_option("snapchat")
        form.get_by_label("Account there").fill("invented.snap")
        form.get_by_label("The evidence").fill("The code on their profile here, copy in file 4.")
        form.get_by_role("button", name="Propose the link").click()
        expect(page.locator("#elsewhere")).to_contain_text("waits for a second person")
        expect(page.locator("#elsewhere")).to_contain_text("You proposed this")
        expect(page.get_by_role("button", name="I looked at it: confirm")).to_have_count(0)
    with at_desk("sami") as page:
        page.goto(world["case"])
        page.locator("#elsewhere summary", has_text="Confirm that").click()
        page.get_by_role("button", name="I looked at it: confirm").click()
        expect(page.locator("#elsewhere")).to_contain_text("confirmed by two people")
    with at_desk("sami", scripts=True) as page:
        page.goto(world["case"])
        accessible(page)


def test_who_reported_reads_all_of_it_says_yes_and_a_reviewer_approves(world, visit, on_phone, at_desk):
    with visit(storage_state=None, java_script_enabled=False, **on_phone) as page:
        page.goto(world["page"])
        page.get_by_role("link", name="Dire à Snapchat ce qui s’est passé").click()
        expect(page.locator("main")).to_contain_text("invented.snap")
        expect(page.locator("input:checked")).to_have_count(0)
        page.get_by_label("Oui").check()
        page.get_by_role("button", name="Donner cette réponse").click()
        expect(page.locator("main")).to_contain_text("Tu as dit oui")
        answered = page.url
    with visit(storage_state=None, **on_phone) as page:
        page.goto(answered)
        accessible(page)
    with at_desk("iris", scripts=True) as page:
        page.goto(world["notice"])
        accessible(page)
        page.get_by_role("button", name="Approve and send").click()
        expect(page.locator("main")).to_contain_text("Approved by Iris")
        page.goto(world["notice"].rpartition("notices/")[0] + "notices/")
        accessible(page)


def test_an_administrator_sees_which_addresses_were_entered(world, at_desk, site):
    with at_desk("nour", scripts=True) as page:
        page.goto(site.address + "/services/")
        expect(page.locator("main")).to_contain_text("notices@snap.example")
        accessible(page)
