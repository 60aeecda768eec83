"""Switches and the shield as people meet them: counts first, nothing that was said before they open it."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse

from platforms.conftest import memory  # noqa: F401 - a fixture
from rempart.care.models import By, CareOrder, Guardian, Protection, Shield, ShieldedComment
from rempart.care.services import shields
from rempart.care.services.files import conversation_of
from rempart.care.services.protections import propose_protection, switch_on
from rempart.care.services.shields import Said
from rempart.correspondence.links import token_for
from rempart.ledger.clock import now
from rempart.platforms.connector import impossible
from rempart.records import AccountReference

TEXTS = ["Tu chantes faux, arrête", "Je préférais avant", "Quelle horreur, ce refrain"]
FORBIDDEN = re.compile(r"victim|risque|\brisks?\b|dossier de cas|coupable|guilty", re.I)


@pytest.fixture
def mia(memory, looked_after):  # noqa: F811 - the fixture
    return looked_after("mia.chante", age_band="13_15", language="fr", accepted=True)


@pytest.fixture
def full(mia):
    """Her shield, with three comments by two people, which hurt as the platform says."""
    shield = shields.open_shield(mia, by=By.YOUNG)
    said = [
        Said(
            number=f"c{n}",
            author=AccountReference("tiktok", f"autrui{n // 2}"),
            said_at=now(),
            text=text,
            hostile=True,
        )
        for n, text in enumerate(TEXTS)
    ]
    shields.collect(shield, said)
    return shield


@pytest.fixture
def token(mia):
    return token_for(conversation_of(mia))


@pytest.fixture
def at(client, token):
    """Open or send one of her pages: `at("young-shield")`, `at("young-shield", act="hide")`."""

    def ask(name, *more, query="", **sent):
        address = reverse(f"care:{name}", args=[token, *more]) + query
        return client.post(address, sent) if sent else client.get(address)

    return ask


def words_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_her_page_shows_how_many_and_nothing_that_was_said(at, full):
    shown = words_of(at("young"))
    assert "3 commentaires de 2 comptes" in shown
    assert not any(text in shown for text in TEXTS)


def test_the_page_of_the_shield_shows_how_many_and_nothing_that_was_said(at, full):
    shown = words_of(at("young-shield"))
    assert "3 commentaires, 2 comptes" in shown
    assert not any(text in shown for text in TEXTS)


def test_what_she_opens_stays_folded_comment_by_comment(at, full):
    answer = at("young-shield", query=f"?read={full.groups.get(sort='others').pk}")
    folded = re.findall(r"<details class=\"fold\"><summary>Commentaire", answer.content.decode())
    assert len(folded) == 3
    assert all(text in words_of(answer) for text in TEXTS)


def test_the_group_of_somebody_elses_shield_opens_nothing(at, full, looked_after):
    other = shields.open_shield(looked_after("leo.danse", accepted=True), by=By.YOUNG)
    assert at("young-shield", query=f"?read={other.groups.first().pk}").status_code == 404


@pytest.mark.parametrize("act", ["hide", "report"])
def test_one_button_hides_or_reports_all(at, full, act):
    at("young-shield", act=act)
    assert CareOrder.objects.get(kind=act).comments.count() == 3


def test_what_nothing_speaks_against_is_told_apart_and_only_reported_one_by_one(at, full):
    praise = Said(number="c9", author=AccountReference("tiktok", "fan"), said_at=now(), text="Bravo", hostile=False)
    shields.collect(full, [praise])
    group = full.groups.get(sort="gentle")
    page = at("young-shield", query=f"?read={group.pk}")
    part = page.content.decode().split(f'id="group-{group.pk}"')[1].split("</section>")[0]
    assert "Ceux où nous n’avons trouvé ni insulte ni menace" in words_of(page)
    assert part.count('value="report"') == part.count('name="comment"') == 1
    at("young-shield", act="report", comment=full.comments.get(number="c9").pk)
    assert [one.number for one in CareOrder.objects.get(kind="report").comments.all()] == ["c9"]
    assert "Signalé à la plateforme" in words_of(at("young-shield", query=f"?read={group.pk}"))


def test_a_comment_of_somebody_elses_shield_is_not_reported(at, full, looked_after):
    other = shields.open_shield(looked_after("leo.danse", accepted=True), by=By.YOUNG)
    one = Said(number="c1", author=AccountReference("tiktok", "autrui"), said_at=now(), text=TEXTS[0])
    shields.collect(other, [one])
    assert at("young-shield", act="report", comment=other.comments.get().pk).status_code == 404
    assert not CareOrder.objects.exists()


def test_what_is_hidden_is_shown_again_with_one_button(at, full):
    at("young-shield", act="hide")
    at("young-shield", act="show")
    assert not CareOrder.objects.filter(kind="hide", ends_at__gt=now()).exists()


def test_she_says_no_and_nothing_is_kept(at, mia, carer):
    shield = shields.open_shield(mia, acting=carer)
    one = Said(number="c1", author=AccountReference("tiktok", "autrui"), said_at=now(), text=TEXTS[0])
    shields.collect(shield, [one])
    at("young-shield", act="no")
    assert (ShieldedComment.objects.count(), Shield.objects.get().stands) == (0, False)


def test_she_opens_one_herself(at, mia):
    at("young-shield", act="open")
    assert Shield.objects.get().accepted_by == "young"


def test_the_folder_is_a_zip_that_opens(at, full):
    answer = at("young-evidence", do="make")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert {"LISEZ-MOI.txt", "README.txt", "SHA256SUMS"} <= set(packed.namelist())
    assert answer["Content-Disposition"].startswith("attachment")


def test_she_chooses_how_long_the_evidence_is_kept(at, full):
    at("young-shield", act="keep", months="3")
    left = Shield.objects.get().keep_until - now()
    assert timedelta(days=90) < left < timedelta(days=93)


def test_an_act_that_there_is_not_is_refused(at, full):
    assert at("young-shield", act="suspend").status_code == 404


def test_a_forged_link_opens_nothing_and_does_nothing(client, full, token):
    answer = client.post(reverse("care:young-shield", args=[token[:-1] + "x"]), {"act": "hide"})
    assert (answer.status_code, CareOrder.objects.count()) == (404, 0)


def test_a_protection_is_switched_on_and_off_with_one_button(at, mia):
    at("young-protection", "no_live", answer="on")
    on = Protection.objects.get().state
    at("young-protection", "no_live", answer="off")
    assert (on, Protection.objects.get().state) == (Protection.State.ACCEPTED, Protection.State.UNDONE)


def test_what_was_proposed_is_declined_with_one_button(at, mia, carer):
    propose_protection(mia, "no_duets", acting=carer)
    at("young-protection", "no_duets", answer="no")
    assert Protection.objects.get().state == Protection.State.DECLINED


def test_what_the_platform_cannot_do_is_told_and_has_no_switch(at, mia, memory):  # noqa: F811 - the fixture
    memory.protections["no_live"] = impossible("Pas de directs ici.", "No lives here.")
    answer = at("young")
    assert "Pas de directs ici." in words_of(answer)
    assert reverse("care:young-protection", args=["x", "no_live"]).split("/x/")[1] not in answer.content.decode()


@pytest.mark.parametrize(("sees", "status"), [(True, 302), (False, 404)], ids=["let-in", "not-let-in"])
def test_a_guardian_answers_where_she_lets_them_see(client, mia, sees, status):
    from rempart.correspondence.models import Conversation
    from rempart.correspondence.services import open_conversation

    mia.safe_to_tell_guardian = "yes"
    mia.save(update_fields=["safe_to_tell_guardian"])
    conversation = open_conversation(
        Conversation.Kind.GUARDIAN, about=f"care.carefile:{mia.pk}", person="guardian:1", language="fr",
        child_words=False, service="tiktok", account="mia.chante", acting=None,
    )  # fmt: skip
    Guardian.objects.create(file=mia, name="Sa mère", sealed_reach=b"x", conversation=conversation, sees=sees)
    address = reverse("care:young-protection", args=[token_for(conversation), "no_live"])
    answer = client.post(address, {"answer": "on"})
    assert (answer.status_code, Protection.objects.filter(accepted_by="guardian").exists()) == (status, sees)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_page_calls_her_or_anybody_by_a_word_that_hurts(at, mia, full, language):
    mia.conversation.language = language
    mia.conversation.save(update_fields=["language"])
    switch_on(mia, "no_live", by=By.YOUNG)
    shown = words_of(at("young-shield")) + words_of(at("young"))
    assert FORBIDDEN.search(shown) is None


@pytest.fixture
def desk(client, carer, mia):
    """The care team's page: `desk()`, `desk(do="propose", of="no_live")`."""
    client.force_login(carer)

    def ask(name="protecting", **sent):
        address = reverse(f"care:{name}", args=[mia.pk])
        return client.post(address, sent, follow=True) if sent else client.get(address)

    return ask


def test_the_team_proposes_and_opens_and_they_have_not_answered_yet(desk):
    desk(do="propose", of="no_strangers_messages")
    shown = words_of(desk(do="open"))
    assert Protection.objects.get().state == Protection.State.PROPOSED
    assert Shield.objects.get().accepted_at is None
    assert "Pas encore de réponse" in shown


def test_the_team_sees_how_many_and_nothing_that_was_said(desk, full):
    assert not any(text in words_of(desk()) for text in TEXTS)


def test_the_team_has_no_button_that_hides_or_reports(desk, full):
    page = desk().content.decode()
    assert 'value="hide"' not in page
    assert 'value="report"' not in page


def test_the_team_takes_the_folder_out_and_that_is_written_down(desk, full, contents_of):
    answer = desk("evidence", do="make")
    folder = full.folders.get()
    assert zipfile.is_zipfile(io.BytesIO(answer.content))
    assert contents_of(folder.file)[-1] == {"because": "evidence for a complaint"}


def test_why_the_platform_did_not_do_it_stands_on_the_desk_where_it_is_tried_again(desk, full, memory):  # noqa: F811 - the fixture
    from platforms.memory import lasting
    from rempart.platforms.services.helping import CARE
    from rempart.platforms.services.holding import do_due

    shields.hide(full, by=By.YOUNG)
    memory.trouble = lasting("hide")
    do_due(CARE)
    shown = words_of(desk())
    memory.trouble = None
    desk(do="retry", of=str(CareOrder.objects.get().pk))
    do_due(CARE)
    assert "HTTP 400" in shown
    assert len(memory.hidden) == 3
