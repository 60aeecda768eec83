"""An issuer, whom one trusts, and what a wallet shows of its attestations, for every test of the room."""

import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from rempart.attestation.certificates import Anchors
from rempart.attestation.outcome import Verdict
from rempart.attestation.testing.issuer import Issuer
from rempart.attestation.testing.wallet import Wallet
from rempart.attestation.trust import Trust
from rempart.attestation.verifying import verify

# The library of zero-knowledge proofs has wheels for this kind of machine alone, as the extra `zk` says. Where it has
# one, a library that is not installed is a failure.
HAS_WHEELS = sys.platform == "linux" and platform.machine() == "x86_64"
collect_ignore = [] if HAS_WHEELS else ["test_zero_knowledge.py"]

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
NONCE = "n-0S6_WzA2Mj"
CLIENT_ID = "redirect_uri:https://rempart.example/age/response"


@dataclass(frozen=True)
class Stage:
    """A trusted issuer of all thresholds, and the request that its holders answer."""

    issuer: Issuer
    trust: Trust

    def show(self, *, age: int = 40, only: tuple[str, ...] = ("age_over_18",), **request: Any) -> bytes:
        """A DeviceResponse of somebody of that age, made for the request of the stage unless told otherwise."""
        wallet = Wallet()
        (credential,) = wallet.receive(self.issuer, self.issuer.over(age), at=AT, batch=1)
        return wallet.present_mdoc(credential, **{"client_id": CLIENT_ID, "nonce": NONCE, "only": only, **request})

    def verify(self, shown: Any, **changed: Any) -> Verdict:
        """The verdict on something shown, for the request of the stage unless told otherwise."""
        asked = {"trust": self.trust, "nonce": NONCE, "client_id": CLIENT_ID, "at": AT, **changed}
        return verify(shown, **asked)


@pytest.fixture(scope="session")
def stage() -> Stage:
    """One stage for all tests: nothing of it changes."""
    issuer = Issuer.make(at=AT, thresholds=(13, 15, 16, 18))
    return Stage(issuer, Trust(anchors=Anchors([issuer.root])))


@pytest.fixture
def refused() -> Callable[..., Any]:
    """Call something, and have the reason for which it is refused."""
    from rempart.attestation.outcome import Refused

    def call(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
        with pytest.raises(Refused) as error:
            function(*arguments, **keywords)
        return error.value.reason

    return call
