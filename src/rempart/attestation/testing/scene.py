"""The scene of an attack: a trusted issuer, one that is not, the request to answer, and what is shown, built loosely.

`Scene.response` makes an honest DeviceResponse, `Scene.sd_jwt` an honest SD-JWT with key binding; each of their
arguments lets an attacker change one step.
"""

from base64 import b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation.testing import certificates, documents
from rempart.attestation.testing.certificates import DOCUMENT_SIGNER
from rempart.attestation.testing.encoding import der, embedded, jwk, jws, sign1, x5chain
from rempart.attestation.testing.issuer import VCT, Issuer, disclosed_digest, disclosure, new_key
from rempart.attestation.testing.wallet import key_binding

Change = Callable[[dict[str, Any]], None]
AGE = ("age_over_18", True)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
REVOKED = 4711
"""A place in the issuer's status list that is revoked."""
RESPONSE_URI = "https://platform.example/age/proof/response"


@dataclass(kw_only=True)
class Scene:
    """Who is there: `issuer` is trusted, `rogue` is not; both have made their certificates 200 days before `at`."""

    at: datetime
    issuer: Issuer
    rogue: Issuer
    nonce: str = "n-0S6_WzA2Mj-of-this-request"
    client_id: str = f"redirect_uri:{RESPONSE_URI}"
    origin: str = "https://platform.example"

    @classmethod
    def make(cls, *, at: datetime, usages: Collection[str] = (DOCUMENT_SIGNER,)) -> "Scene":
        """New keys for everybody; `at` is when presentations are verified, `usages` what the signers may be for."""
        since = at - timedelta(days=200)
        issuer = Issuer.make(at=since, with_status=True, usages=usages)
        if issuer.status is not None:
            issuer.status.set(REVOKED)
        return cls(at=at, issuer=issuer, rogue=Issuer.make(at=since, usages=usages))

    @property
    def transcript(self) -> documents.Transcript:
        """The transcript of the request."""
        return documents.redirect_transcript(client_id=self.client_id, nonce=self.nonce, response_uri=RESPONSE_URI)

    def trust_files(self) -> dict[str, bytes]:
        """What the relying party of this scene has in its trust folder: the issuer's root and its status list."""
        issuer = self.issuer
        files = {"issuer.pem": issuer.anchor}
        if issuer.status is not None:
            token = issuer.status.as_jwt(issuer.signer_key, issuer.signer, at=self.at)
            files["status.jwt"] = token.encode()
        return files

    def response(
        self,
        *,
        elements: Mapping[str, object] | None = None,
        items: Mapping[str, Sequence[bytes]] | None = None,
        shown: Mapping[str, Sequence[bytes]] | None = None,
        issuer: Issuer | None = None,
        signer_key: ec.EllipticCurvePrivateKey | None = None,
        chain: Sequence[x509.Certificate] | None = None,
        mso: Change = lambda mso: None,
        payload: Callable[[bytes], bytes] = lambda payload: payload,
        protected: Mapping[int, object] | None = None,
        doc_type: str = documents.DOCTYPE,
        signed: datetime | None = None,
        until: datetime | None = None,
        device_key: ec.EllipticCurvePrivateKey | None = None,
        shown_by: ec.EllipticCurvePrivateKey | None = None,
        transcript: documents.Transcript | None = None,
        device_items: Mapping[str, Mapping[str, object]] | None = None,
        document: Change = lambda document: None,
        whole: Change = lambda whole: None,
    ) -> bytes:
        """A DeviceResponse.

        elements: name → value, issued in the profile's namespace (`age_over_18` true by default); items: what is issued
        by namespace, encoded; shown: what is shown, by default all that is issued; mso, payload, document and whole
        change that structure before it is signed or encoded; device_key: whom it is issued to; shown_by: whose key
        answers.
        """
        issuer = issuer or self.issuer
        made = {"age_over_18": True} if elements is None else elements
        items = items or {documents.NAMESPACE: [documents.item(n, *each) for n, each in enumerate(made.items())]}
        device_key = device_key or new_key()
        security = documents.security_object(
            items,
            device_key.public_key(),
            signed=signed or self.at - timedelta(days=10),
            until=until or self.at + timedelta(days=60),
        )
        mso(security)
        issuer_auth = sign1(
            signer_key or issuer.signer_key,
            payload(embedded(security)),
            unprotected={33: x5chain(chain or [issuer.signer])},
            protected=protected,
        )
        by_device = documents.device_signed(
            shown_by or device_key, transcript or self.transcript, doc_type=doc_type, items=device_items
        )
        each = documents.document(items if shown is None else shown, issuer_auth, by_device, doc_type=doc_type)
        document(each)
        response = {"version": "1.0", "documents": [each], "status": 0}
        whole(response)
        return cbor2.dumps(response)

    def sd_jwt(
        self,
        *,
        claims: Sequence[tuple[str, object]] = (AGE,),
        shown: Sequence[str] | None = None,
        unsigned: Sequence[str] = (),
        issuer: Issuer | None = None,
        signer_key: ec.EllipticCurvePrivateKey | None = None,
        chain: Sequence[x509.Certificate] | None = None,
        header: Change = lambda header: None,
        payload: Change = lambda payload: None,
        bound_to: ec.EllipticCurvePrivateKey | None = None,
        shown_by: ec.EllipticCurvePrivateKey | None = None,
        nonce: str | None = None,
        audience: str | None = None,
        at: datetime | None = None,
        binding: Callable[[str], str] | None = None,
    ) -> str:
        """An SD-JWT with key binding, each argument a step that an attacker may change.

        claims: what is issued, each as a disclosure; shown: the disclosures shown, by default all; unsigned: others,
        that the issuer knows nothing of; binding: makes the key binding JWT from what is shown.
        """
        issuer = issuer or self.issuer
        bound_to = bound_to or new_key()
        disclosures = [disclosure(name, value) for name, value in claims]
        issued = self.at - timedelta(days=10)
        body: dict[str, Any] = {
            "iss": certificates.ISSUER,
            "iat": int(issued.timestamp()),
            "exp": int((self.at + timedelta(days=60)).timestamp()),
            "vct": VCT,
            "cnf": {"jwk": jwk(bound_to.public_key())},
            "_sd": [disclosed_digest(each) for each in disclosures],
            "_sd_alg": "sha-256",
        }
        payload(body)
        x5c = [b64encode(der(each)).decode() for each in chain or [issuer.signer]]
        head: dict[str, Any] = {"typ": "dc+sd-jwt", "x5c": x5c}
        header(head)
        jwt = jws(signer_key or issuer.signer_key, head, body)
        text = "~".join([jwt, *(disclosures if shown is None else shown), *unsigned, ""])
        if binding is not None:
            return text + binding(text)
        return text + key_binding(
            shown_by or bound_to, text, audience=audience or self.client_id, nonce=nonce or self.nonce, at=at or self.at
        )


def changed(response: bytes, change: Change) -> bytes:
    """The same presentation with something changed after all signatures were made."""
    decoded = cbor2.loads(response)
    change(decoded)
    return cbor2.dumps(decoded)


def issuer_auth(whole: dict[str, Any]) -> list[Any]:
    """IssuerAuth of a decoded DeviceResponse."""
    held: list[Any] = whole["documents"][0]["issuerSigned"]["issuerAuth"]
    return held


def device_signed(whole: dict[str, Any]) -> dict[str, Any]:
    """DeviceSigned of a decoded DeviceResponse."""
    held: dict[str, Any] = whole["documents"][0]["deviceSigned"]
    return held
