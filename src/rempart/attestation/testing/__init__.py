"""A test issuer, a test wallet and those who attack both, so that everything runs on one machine."""

from datetime import datetime
from pathlib import Path

from rempart.attestation.testing.issuer import Issuer
from rempart.attestation.testing.trusted_list import Operator
from rempart.attestation.testing.wallet import Wallet

__all__ = ["Issuer", "Wallet", "write_trust"]


def write_trust(issuer: Issuer, folder: Path, *, at: datetime) -> None:
    """Write what a relying party needs to trust a test issuer, as `Trust.from_folder` reads it.

    The issuer's root, a trusted list that names it with the operator who signed the list, and its status list if it
    has one.
    """
    operator = Operator.make(at=at)
    (folder / "operators").mkdir(parents=True, exist_ok=True)
    (folder / "operators" / "operator.pem").write_bytes(operator.pem)
    (folder / "issuer.pem").write_bytes(issuer.anchor)
    (folder / "list.xml").write_bytes(operator.publish([issuer.root], at=at))
    if issuer.status is not None:
        token = issuer.status.as_jwt(issuer.signer_key, issuer.signer, at=at)
        (folder / "status.jwt").write_text(token, encoding="ascii")
