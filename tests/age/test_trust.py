"""Whom proofs of age are believed from: lists fetched from real servers, the last good one kept, the team called."""

from datetime import timedelta

import pytest
from django.urls import reverse

from rempart.age.models import ProofRequest, Subject, TrustFile
from rempart.age.services import proofs, trust
from rempart.attestation.testing.issuer import Issuer
from rempart.attestation.testing.trusted_list import Operator
from rempart.attestation.testing.wallet import Wallet
from rempart.correspondence.models import Delivery
from rempart.ledger.clock import now
from serving import Answers, serving

SITE = "https://rempart.example/response"


@pytest.fixture
def published():
    """A server of lists: path → content; what is not there is not found."""
    contents: dict[str, bytes] = {}

    class Handler(Answers):
        def do_GET(self) -> None:
            content = contents.get(self.path)
            self.answer(404 if content is None else 200, content or b"")

    with serving(Handler) as address:
        yield address, contents


@pytest.fixture
def folder(db, settings, tmp_path):
    """The operator's folder of trust, with the certificate of who signs the trusted list."""
    settings.REMPART_AGE_TRUST = str(tmp_path)
    (tmp_path / "operators").mkdir()
    return tmp_path


@pytest.fixture
def operator(folder):
    """Who publishes the trusted list."""
    made = Operator.make(at=now() - timedelta(days=1))
    (folder / "operators" / "operator.pem").write_bytes(made.pem)
    return made


@pytest.fixture
def issuer():
    """Who issues proofs of age that can be taken back."""
    return Issuer.make(at=now() - timedelta(days=20), with_status=True)


def shown(issuer: Issuer) -> ProofRequest:
    """Somebody shows what an issuer attests: the request, as it stands then."""
    proof = proofs.ask_for_proof(Subject.account("tiktok", "lou"), over=18, purpose="challenge")
    wallet = Wallet()
    wallet.receive(issuer, {18: True}, at=now(), batch=1)
    form = wallet.answer(proofs.request_by_link(proof, response_uri=SITE).as_uri())
    proofs.receive(proof, form, response_uri=SITE)
    proof.refresh_from_db()
    return proof


def test_an_issuer_of_a_trusted_list_is_believed(published, operator, settings):
    address, contents = published
    issuer = Issuer.make(at=now() - timedelta(days=20))
    settings.REMPART_AGE_TRUSTED_LISTS = [f"{address}/list.xml"]
    assert shown(issuer).reason == "untrusted_issuer"
    contents["/list.xml"] = operator.publish([issuer.root], at=now() - timedelta(hours=1))
    assert trust.refresh() == 1
    assert shown(issuer).state == "accepted"


@pytest.mark.parametrize("worse", [b"", b"<not a list", None], ids=["empty", "broken", "gone"])
def test_the_last_good_list_stays_when_a_worse_one_comes(published, operator, settings, worse):
    address, contents = published
    issuer = Issuer.make(at=now() - timedelta(days=20))
    settings.REMPART_AGE_TRUSTED_LISTS = [f"{address}/list.xml"]
    contents["/list.xml"] = operator.publish([issuer.root], at=now() - timedelta(hours=1))
    trust.refresh()
    contents.pop("/list.xml")
    if worse is not None:
        contents["/list.xml"] = worse
    assert trust.refresh() == 0
    assert TrustFile.objects.get().problem
    assert shown(issuer).state == "accepted"


def test_an_older_list_brings_nobody_back(published, operator, settings):
    address, contents = published
    settings.REMPART_AGE_TRUSTED_LISTS = [f"{address}/list.xml"]
    removed = Issuer.make(at=now() - timedelta(days=20))
    older = operator.publish([removed.root], at=now() - timedelta(hours=9))
    contents["/list.xml"] = operator.publish([], at=now() - timedelta(hours=1), sequence=2)
    trust.refresh()
    contents["/list.xml"] = older
    assert trust.refresh() == 0
    assert shown(removed).reason == "untrusted_issuer"


def test_a_list_that_somebody_else_signed_is_nothing(published, operator, settings):
    address, contents = published
    settings.REMPART_AGE_TRUSTED_LISTS = [f"{address}/list.xml"]
    issuer = Issuer.make(at=now() - timedelta(days=20))
    contents["/list.xml"] = Operator.make(at=now() - timedelta(days=1)).publish([issuer.root], at=now())
    assert trust.refresh() == 0
    assert TrustFile.objects.get().content is None


def test_a_list_past_its_next_update_counts_no_more(published, operator, settings, clock):
    address, contents = published
    issuer = Issuer.make(at=now() - timedelta(days=20))
    settings.REMPART_AGE_TRUSTED_LISTS = [f"{address}/list.xml"]
    contents["/list.xml"] = operator.publish([issuer.root], at=now(), lasts=timedelta(days=30))
    trust.refresh()
    clock.move(timedelta(days=31))
    assert shown(issuer).reason == "stale_trust"


def test_the_team_is_called_once_before_a_list_is_out_of_date(published, operator, settings, clock, staff_member):
    address, contents = published
    staff_member("administrator")
    settings.REMPART_AGE_TRUSTED_LISTS = [f"{address}/list.xml"]
    contents["/list.xml"] = operator.publish([], at=now(), lasts=timedelta(days=30))
    trust.refresh()
    assert trust.call_about_stale() == 0
    clock.move(timedelta(days=24))
    assert trust.call_about_stale() == 1
    assert trust.call_about_stale() == 0
    [call] = Delivery.objects.filter(type="team.alarm")
    assert call.page == reverse("age:trust")


def test_a_status_list_is_fetched_once_a_credential_names_it(published, folder, settings):
    address, contents = published
    issuer = Issuer.make(at=now() - timedelta(days=20), with_status=True)
    issuer.status.uri = f"{address}/status"
    (folder / "issuer.pem").write_bytes(issuer.anchor)
    settings.REMPART_AGE_STATUS_HOSTS = [address.removeprefix("http://")]
    contents["/status"] = issuer.status.as_jwt(issuer.signer_key, issuer.signer, at=now()).encode()
    assert shown(issuer).reason == "status_unknown"
    assert trust.refresh(missing_only=True) == 1
    assert shown(issuer).state == "accepted"


@pytest.mark.parametrize(
    "uri",
    ["https://elsewhere.example/status", "http://status.example/status", "file:///etc/passwd", "https://[::1]/status"],
    ids=["another host", "not over https", "a file", "an address of ours"],
)
def test_a_status_list_elsewhere_is_never_asked_for(db, folder, settings, issuer, uri):
    issuer.status.uri = uri
    (folder / "issuer.pem").write_bytes(issuer.anchor)
    settings.REMPART_AGE_STATUS_HOSTS = ["status.example"]
    assert shown(issuer).reason == "status_unknown"
    assert not TrustFile.objects.exists()


@pytest.mark.parametrize("url", ["https://10.0.0.1/list.xml", "https://169.254.169.254/list.xml"])
def test_no_list_is_fetched_from_inside_a_network(folder, settings, url):
    settings.REMPART_AGE_TRUSTED_LISTS = [url]
    trust.refresh()
    assert TrustFile.objects.get().problem == "the address is inside a private network"


def test_a_list_that_is_configured_no_more_counts_no_more(published, operator, settings):
    address, contents = published
    issuer = Issuer.make(at=now() - timedelta(days=20))
    settings.REMPART_AGE_TRUSTED_LISTS = [f"{address}/list.xml"]
    contents["/list.xml"] = operator.publish([issuer.root], at=now() - timedelta(hours=1))
    trust.refresh()
    settings.REMPART_AGE_TRUSTED_LISTS = []
    trust.refresh()
    assert shown(issuer).reason == "untrusted_issuer"


def test_who_administers_sees_what_is_trusted(published, operator, settings, client, staff_member):
    address, contents = published
    settings.REMPART_AGE_TRUSTED_LISTS = [f"{address}/list.xml"]
    contents["/list.xml"] = operator.publish([Issuer.make(at=now()).root], at=now() - timedelta(hours=1))
    trust.refresh()
    client.force_login(staff_member("administrator"))
    page = client.get(reverse("age:trust"), headers={"accept-language": "en"}).content.decode()
    assert f"{address}/list.xml" in page
    assert "CN=Test IACA" in page
