"""The commands `rempart platform …`, as processes, with a little platform at the other end that really obeys."""

import json

import pytest
import yaml

from platforms.webhook.little import ABILITIES, AGES
from rempart.age.services.challenges import open_challenge
from rempart.casework.services import approve_decision
from rempart.platforms.matrix.settings import antispam_token, homeserver_token
from rempart.platforms.models import Platform
from rempart.platforms.services import secret_of
from rempart.records import AccountReference


@pytest.fixture
def db(own_database):
    """What the builders write is committed: the commands are other processes."""
    return own_database


@pytest.fixture
def approved(judged, respondent, reviewer, colleague):
    """Judge somebody of TikTok, aged 16 or 17; two people approve what is proposed."""

    def approve(handle: str) -> None:
        account = respondent(handle=handle, age_band="16_17")
        proposal = judged(account, credibility=0.85).decisions.get(state="proposed")
        approve_decision(proposal, acting=reviewer, reason="ok")
        approve_decision(proposal, acting=colleague, reason="ok")

    return approve


@pytest.fixture
def rempart(own_database):
    """Run `rempart platform …`."""
    return lambda *arguments: own_database.command("platform", *arguments)


@pytest.fixture
def add(rempart, little, monkeypatch):
    """Add the little platform as `mine`: `add("--set", "name=value")`; its secret is in the environment."""
    monkeypatch.setenv("LITTLE_SECRET", little.secret)
    return lambda *more: rempart(*where(little), "--secret-in", "LITTLE_SECRET", *more)


def where(little) -> tuple[str, ...]:
    """What `rempart platform` needs to add the little platform, but for its secret."""
    abilities = f"abilities={json.dumps(ABILITIES)}"
    return "add", "mine", little.address, "--kind", "webhook", "--service", "tiktok", "--set", abilities


def lines(table: str) -> list[dict[str, str]]:
    """The rows of a table by the names above them."""
    head, *rows = (line.split("\t") for line in table.splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_platform_is_added_with_its_settings_and_its_secret_sealed(add, little):
    done = add()
    assert (done.returncode, done.stdout) == (0, "mine is set up. `rempart platform check mine` tries it.\n")
    mine = Platform.objects.get(name="mine")
    assert (mine.service, mine.settings, secret_of(mine)) == ("tiktok", {"abilities": ABILITIES}, little.secret)
    assert little.secret.encode() not in bytes(mine.secret)


def test_its_secret_may_come_from_a_file(rempart, little, tmp_path):
    held = tmp_path / "secret"
    held.write_text(f"{little.secret}\n")
    assert rempart(*where(little), "--secret-from", str(held)).returncode == 0
    assert secret_of(Platform.objects.get(name="mine")) == little.secret


@pytest.mark.parametrize(
    ("wrong", "status", "named"),
    [
        (("--set", 'abilities={"suspend": {"support": "nativ"}}'), 1, "abilities.suspend.support"),
        (("--set", "abilities"), 64, "abilities is not NAME=VALUE"),
        (("--secret-from", "-"), 64, "in one place"),
        (("--secret-in", "NOWHERE"), 64, "NOWHERE is not set"),
        (("--secret", "whsec_something"), 64, "--secret"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_added(add, little, wrong, status, named):
    refused = add(*wrong)
    assert (refused.returncode, named in refused.stderr) == (status, True), refused.stderr
    assert little.secret not in refused.stdout + refused.stderr
    assert not Platform.objects.exists()


def test_it_is_tried_with_a_question_that_changes_nothing(add, rempart, little):
    add()
    star = little.new_account()
    assert rempart("check", "mine").stdout == "mine answers.\n"
    assert star.handle in rempart("check", "mine", "--account", star.handle).stdout
    unknown = rempart("check", "mine", "--account", "nobody.here")
    assert (unknown.returncode, "no such account" in unknown.stderr) == (1, True)
    little.broken = (401, {}, b"")
    refused = rempart("check", "mine")
    assert (refused.returncode, "refuses our credentials" in refused.stderr) == (1, True)
    assert {command for command, _uid in little.commands} == {"account.describe"}


def test_a_platform_that_is_not_there_is_said_plainly(rempart):
    missing = rempart("check", "theirs")
    assert (missing.returncode, "There is no platform called theirs" in missing.stderr) == (1, True)


def test_orders_are_carried_out_compared_and_listed(add, rempart, little, approved):
    add()
    star = little.new_account()
    approved(star.handle)
    (before,) = json.loads(rempart("list", "--format", "json").stdout)
    assert (before["name"], before["enabled"], before["due"], before["done"]) == ("mine", True, 1, 0)

    done = rempart("reconcile", "mine")
    assert (done.stderr, done.stdout) == ("1 carried out, 1 compared\n", "")
    assert not little.may_write_first(star)
    orders, listing = rempart("orders", "--state", "done").stdout, rempart("list").stdout
    (order,), (listed,) = lines(orders), lines(listing)
    asked = (order["account"], order["action"], order["measure"])
    assert asked == (f"tiktok:{star.handle}", "apply", "no_new_contacts")
    assert (listed["done"], listed["failed"], listed["left_alone_until"]) == ("1", "0", "–")
    assert little.secret not in orders + listing

    little.restrict_as_staff(star)
    (differs,) = lines(rempart("reconcile").stdout)
    assert (differs["kind"], differs["measure"]) == ("foreign", "no_new_contacts")


def test_what_is_asked_for_people_and_about_ages_is_carried_out_and_put_back(add, rempart, little):
    add("--set", f"ages={json.dumps(AGES)}")
    somebody = little.new_account()
    (there,) = little.accounts
    open_challenge(AccountReference("tiktok", somebody.handle, somebody.id), because="sweep", step="ask", country="FR")
    done = rempart("reconcile", "mine")
    assert (done.stderr, [*there.age_steps]) == ("1 carried out, 1 compared\n", ["private"])
    there.age_steps.clear()
    rempart("reconcile", "mine")
    assert [*there.age_steps] == ["private"]


def test_a_homeserver_is_given_its_files_which_only_their_owner_reads(rempart, monkeypatch, tmp_path):
    monkeypatch.setenv("TOKEN", "of an administrator")
    given = ("--host", "home.example", "--set", 'rooms=["#help:home.example"]', "--secret-in", "TOKEN")
    added = rempart("add", "home", "https://synapse.example", "--kind", "matrix", *given)
    assert added.returncode == 0, added.stderr
    folder = tmp_path / "synapse"
    done = rempart("synapse-files", "home", "--rempart", "https://rempart.example/", "--out", str(folder))
    modules, service = folder / "homeserver-modules.yaml", folder / "application-service.yaml"
    assert (done.stderr, done.stdout.split()) == ("", [str(modules), str(service)])
    assert [path.stat().st_mode & 0o777 for path in (modules, service)] == [0o600, 0o600]
    (module,) = yaml.safe_load(modules.read_text())["modules"]
    assert module["config"]["base_url"] == "https://rempart.example/platforms/home/antispam"
    assert module["config"]["authorization"] == antispam_token("home")
    registered = yaml.safe_load(service.read_text())
    assert registered["hs_token"] == homeserver_token("home")
    assert registered["namespaces"]["aliases"] == [{"regex": "#help:home.example", "exclusive": False}]


def test_only_a_homeserver_is_given_such_files(add, rempart, tmp_path):
    add()
    refused = rempart("synapse-files", "mine", "--rempart", "https://rempart.example", "--out", str(tmp_path / "no"))
    assert (refused.returncode, "is no Matrix homeserver" in refused.stderr) == (1, True)
    assert not (tmp_path / "no").exists()
