"""The page of somebody who reported, as people meet it: on a phone, without JavaScript, in both languages."""

import json
import re
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("fr", "light", "desk"), ("fr", "dark", "phone"), ("en", "light", "phone"), ("en", "dark", "desk")]
NEVER = re.compile(r"\b(victim\w*|cases?|dossiers?|risk\w*|risqu\w*|guilt\w*|coupable\w*)\b", re.IGNORECASE)

# Two cases: one on which something was done, with words to agree on, and one on which nothing is; three minutes later.
WORLD = """
import json, sys
from datetime import timedelta
import django
django.setup()
from rempart import records
from rempart.casework.services import approve_decision, record_assessment, rulebook_in_force, take_no_action
from rempart.casework.services.disclosing import propose_fact
from rempart.casework.services.times import do_what_is_due
from rempart.correspondence.links import link_for
from rempart.intake.models import Account, Report
from rempart.ledger import clock
from rempart.staff.models import StaffMember

first, second = StaffMember.objects.filter(roles__overlap=["senior_reviewer", "reviewer"]).order_by("pk")[:2]

def assessed(number, **numbers):
    account = Report.objects.get(number=number).testimony.account
    Account.objects.filter(pk=account.pk).update(age_band="18_plus")
    account.refresh_from_db()
    said = dict(testimonies=4, relays=0, disputes=0, credibility=0.97, independent_sources=4.0, coordination=0.0,
                severity=3, complainant_minors=3, met_on=["tiktok"], conduct=["nude_request"],
                account=records.AccountFacts(age_band="18_plus"))
    found = records.Assessment(about=account.reference, as_of=clock.now(), **(said | numbers))
    return record_assessment(account, found, *rulebook_in_force())

case = assessed("measured")
decision = case.decisions.get(state="proposed")
approve_decision(decision, acting=first, reason="It holds together.")
decision.refresh_from_db()
if decision.state == "proposed":
    approve_decision(decision, acting=second, reason="I agree.")
take_no_action(assessed("refused", credibility=0.2, severity=2), acting=first, reason="Nothing can be established.")
clock.set_offset(timedelta(minutes=3))
do_what_is_due()
propose_fact(
    case, case.complainants.get(), category="sexual_messages", month="2026-06", acting=first,
    text={"fr": "Des messages à caractère sexuel ont été envoyés.", "en": "Sexual messages were sent."},
)
"""
NUMBERS = ["received", "measured", "refused", "danger", "withdrawn", "adult"]


@pytest.fixture(scope="module")
def pages(site) -> dict[str, str]:
    """Reports handed over by the API as a platform does, and the addresses of their authors' pages."""
    made = site.command("staff", "key", "add", "Tests", "--scope", "reports:write")
    secret = re.search(r"rempart_\S+", made)[0]
    found = {}
    for number in NUMBERS:
        report = {
            "number": number,
            "about": {"service": "tiktok", "handle": f"invented.{number}"},
            "text": "On s’est parlé sur TikTok, puis il m’a demandé des photos sur Snap.",
            "conduct": ["nude_request"],
            "minor": number != "adult",
            "reporter": {"id": f"ines.{number}"},
            "country": "FR",
        }
        asked = urllib.request.Request(  # noqa: S310 - our own server
            site.address + "/api/v1/reports",
            data=json.dumps(report).encode(),
            headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            found[number] = site.address + "/c/" + json.load(answer)["page"].partition("/c/")[2]
    done = subprocess.run(
        [sys.executable, "-c", WORLD], env=site.environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return found


@pytest.fixture
def opened(visit, on_phone):
    """Open a page without having signed in and without JavaScript: `with opened(url, language="fr") as page`."""

    @contextmanager
    def open_page(address, *, language="fr", theme="light", size="phone", script=False):
        options = {"storage_state": None, "color_scheme": theme, "java_script_enabled": script}
        with visit(**options, **(on_phone if size == "phone" else {})) as page:
            page.goto(address)
            if page.locator("html").get_attribute("lang") != language:
                page.get_by_role("button", name={"en": "English", "fr": "Français"}[language]).click()
            yield page

    return open_page


@pytest.mark.parametrize("which", ["measured", "refused", "measured:words/", "measured:withdraw/", "refused:disagree/"])
@pytest.mark.parametrize("look", LOOKS, ids="-".join)
def test_the_page_is_accessible_fits_and_asks_nothing_of_anybody_else(opened, pages, site, which, look):
    number, _colon, path = which.partition(":")
    language, theme, size = look
    with opened(pages[number], language=language, theme=theme, size=size, script=True) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(pages[number] + path)
        for fold in page.locator("details").all():
            fold.evaluate("fold => { fold.open = true }")
        results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert [url for url in asked if not url.startswith(site.address + "/")] == []
        assert page.context.cookies() == []
        assert not NEVER.search(page.locator("main").inner_text())


def test_a_report_by_the_api_leads_to_a_page_with_numbers_first(opened, pages):
    with opened(pages["received"]) as page:
        text = page.locator("body").inner_text()
        places = [text.index(word) for word in ("Quitter cette page", "119", "Ton message", "bien arrivé")]
        assert places == sorted(places)


def test_an_adult_is_not_spoken_to_as_a_child(opened, pages):
    with opened(pages["adult"]) as page:
        assert page.get_by_role("heading", level=1).inner_text() == "Votre message"


def test_what_was_done_is_told_as_a_precaution(opened, pages):
    with opened(pages["measured"]) as page:
        assert "C’est une précaution" in page.locator(".thread").inner_text()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_they_write_with_a_file_on_a_phone_without_javascript(opened, pages, tmp_path, language):
    said = {"fr": ("Que veux-tu nous dire", "Envoyer"), "en": ("What do you want to tell us", "Send")}
    label, send = said[language]
    export = tmp_path / "export.txt"
    export.write_text("The whole conversation, as it was.")
    with opened(pages["received"], language=language) as page:
        page.get_by_label(label).fill(f"Il recommence ({language}).")
        page.locator("input[type=file]").set_input_files(export)
        page.get_by_role("button", name=send, exact=True).click()
        thread = page.locator(".thread").inner_text()
        assert f"Il recommence ({language})." in thread
        assert "export.txt" in thread


def test_a_call_for_help_reaches_the_desk(opened, pages, visit, site):
    with opened(pages["danger"]) as page:
        page.get_by_role("link", name="Dire que je suis en danger maintenant").click()
        page.get_by_role("textbox").fill("Il est devant chez moi.")
        page.get_by_role("button", name="Prévenir l’équipe").click()
        assert "112" in page.locator("main").inner_text()
    site.command("worker", "--until-idle")
    with visit() as page:
        page.goto(site.address + "/cases/?q=invented.danger&state=all")
        page.locator("[data-rows] a.account").first.click()
        page.locator("#complainants a").first.click()
        assert "Il est devant chez moi." in page.locator(".thread").inner_text()
        page.locator("form[action$='/danger/'] button").click()
        assert page.locator("form[action$='/danger/']").count() == 0


def test_they_say_no_to_words_and_may_change_their_mind(opened, pages):
    with opened(pages["measured"]) as page:
        page.get_by_role("link", name="Dire oui ou non à une phrase").click()
        page.get_by_role("button", name="Non, je ne veux pas").click()
        assert "Tu as dit non" in page.locator("main").inner_text()
        page.get_by_role("button", name="Oui, je suis d’accord").click()
        assert "Tu as dit oui" in page.locator("main").inner_text()


def test_they_disagree_with_a_refusal_to_act(opened, pages):
    with opened(pages["refused"]) as page:
        page.get_by_role("link", name="Dire que je ne suis pas d’accord").click()
        page.get_by_role("textbox").fill("J’ai encore les messages.")
        page.get_by_role("button", name="Envoyer", exact=True).click()
        assert page.get_by_role("heading", level=1).inner_text() == "C’est envoyé"
        page.get_by_role("link", name="Retour à ta page").click()
        assert page.get_by_role("link", name="Dire que je ne suis pas d’accord").count() == 0


def test_they_take_their_message_back_after_being_asked(opened, pages):
    with opened(pages["withdrawn"]) as page:
        page.get_by_role("link", name="Reprendre mon message").click()
        page.get_by_role("button", name="Reprendre mon message").click()
        assert "Tu as repris ton message" in page.locator(".thread").inner_text()
        assert page.locator("textarea").count() == 0


@pytest.mark.parametrize("script", [False, True])
def test_leaving_shows_a_page_that_says_nothing(opened, pages, script):
    with opened(pages["received"], script=script) as page:
        page.goto(pages["received"])
        page.get_by_role("link", name="Quitter cette page").click()
        page.wait_for_url("**/away/")
        assert "Rempart" not in page.content()
        page.go_back()
        assert (page.url == pages["received"]) is not script
