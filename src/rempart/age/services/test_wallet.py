"""The test wallet: invented people whose proofs of age an issuer of our own signs, for trying on one machine.

Only where REMPART_TEST_WALLET is 1, as in the demonstration: there its issuer is trusted beside the others, so that
anybody may pretend any age. It answers over HTTP, as any wallet would.
"""

import dataclasses
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from rempart.attestation.testing.issuer import Issuer
from rempart.attestation.testing.lists import StatusList
from rempart.attestation.testing.requests import CannotAnswer, read_request
from rempart.attestation.testing.wallet import Wallet
from rempart.ledger.clock import now

THRESHOLDS = (13, 15, 16, 18)
REVOKED = 1
"""Place of the one who was taken back in the status list."""
LIST = "https://issuer.example/status/1"
TIMEOUT = 20.0  # seconds
_FILES = ("root.pem", "root-key.pem", "signer.pem", "signer-key.pem")


@dataclass(frozen=True)
class Person:
    """Somebody invented. ago: how long ago what they show was issued. copied: they show the same thing every time."""

    age: int
    ago: timedelta = timedelta(days=3)
    revoked: bool = False
    copied: bool = False


PEOPLE = {
    "nineteen": Person(19),
    "fourteen": Person(14),
    "eleven": Person(11),
    "expired": Person(19, ago=timedelta(days=100)),
    "revoked": Person(19, revoked=True),
    "copied": Person(19, copied=True),
}


DECLINES = "declines"
"""Whoever shows nothing."""


class NotOurs(Exception):
    """The request asks for an answer elsewhere than on this site."""


def trusted_too(hour: datetime) -> list[bytes]:
    """What a folder of trust has to hold beside the rest: the test issuer, and its status list as of an hour."""
    issuer = _issuer()
    token = _taken_back().as_jwt(issuer.signer_key, issuer.signer, at=hour)
    return [issuer.anchor, token.encode()]


def wallet_of(name: str) -> Wallet:
    """The wallet of an invented person, with something to show. Raises KeyError for one that is not known."""
    person, moment = PEOPLE[name], now()
    issuer = _issuer()
    if person.revoked:
        issuer = dataclasses.replace(issuer, status=_taken_back())
    if person.copied:
        kept = _folder() / f"{name}.json"
        if not kept.exists():
            wallet = Wallet()
            wallet.receive(issuer, issuer.over(person.age), at=moment - person.ago, batch=1)
            wallet.save(kept)
        return Wallet.load(kept)
    wallet = Wallet()
    wallet.receive(issuer, issuer.over(person.age), at=moment - person.ago, batch=1)
    return wallet


def answer(name: str, request: str, *, site: str) -> str:
    """Answer a request for somebody over HTTP; the address that they are sent back to, "" for none.

    request: the link, or what the QR code holds. site: this site's address; nothing is posted anywhere else.
    Raises CannotAnswer, NotOurs, httpx.HTTPError.
    """
    read = read_request(request.strip())
    ours, there = urlsplit(site), urlsplit(read.response_uri)
    if (there.scheme, there.netloc) != (ours.scheme, ours.netloc) or not there.path.startswith("/age/proof/"):
        raise NotOurs
    declined = {"error": "access_denied", "state": read.state or ""}
    form = declined if name == DECLINES else wallet_of(name).answer(read)
    answered = httpx.post(read.response_uri, data=form, timeout=TIMEOUT, trust_env=False)
    if not answered.is_success:
        raise CannotAnswer(f"HTTP {answered.status_code}")
    return str(answered.json().get("redirect_uri", ""))


def _taken_back() -> StatusList:
    """The issuer's status list, in which one place is taken back; what is issued with it gets that place."""
    held = StatusList(uri=LIST, free=[REVOKED])
    held.set(REVOKED)
    return held


def _folder() -> Path:
    return Path(settings.REMPART_HOME) / "test-wallet"


def _issuer() -> Issuer:
    """The test issuer, made the first time; its keys stay in the home folder, readable by their owner only."""
    folder = _folder()
    if not (folder / _FILES[-1]).exists():
        _make(folder, at=now() - timedelta(days=200))
    root, root_key, signer, signer_key = ((folder / name).read_bytes() for name in _FILES)
    return Issuer(
        root_key=_key(root_key),
        root=x509.load_pem_x509_certificate(root),
        signer_key=_key(signer_key),
        signer=x509.load_pem_x509_certificate(signer),
        thresholds=THRESHOLDS,
    )


def _make(folder: Path, *, at: datetime) -> None:
    made = Issuer.make(at=at, thresholds=THRESHOLDS, name="Rempart test wallet")
    contents = (
        made.anchor, _pem(made.root_key), made.signer.public_bytes(serialization.Encoding.PEM), _pem(made.signer_key)
    )  # fmt: skip
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".test-wallet-"))
    for name, content in zip(_FILES, contents, strict=True):
        (aside / name).write_bytes(content)
    try:
        os.rename(aside, folder)
    except OSError:  # another process was quicker: its keys are the ones
        for name in _FILES:
            (aside / name).unlink()
        aside.rmdir()


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not a key on an elliptic curve")
    return key
