"""A test wallet: keeps batches of proofs of age with their keys, and shows each at most once.

It answers OpenID4VP 1.0 requests by value and `org-iso-mdoc` requests of the Digital Credentials API, shows what is
asked and nothing else, and refuses to show anything but an age threshold. Where the request takes zero-knowledge
proofs (`mso_mdoc_zk`) it makes one with the library that verifies them.
"""

import json
import os
import re
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import cbor2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from rempart.attestation import zero_knowledge
from rempart.attestation.testing import documents
from rempart.attestation.testing.encoding import base64url, jws, sha256
from rempart.attestation.testing.issuer import BATCH, LONGEST, VCT, IssuedMdoc, IssuedSdJwt, Issuer, new_key
from rempart.attestation.testing.requests import Asked, CannotAnswer, Request, read_device_request, read_request

AGE = re.compile(r"age_over_\d{2}")
ENCAPSULATED = 65
MDOC, SD_JWT, ZERO_KNOWLEDGE = "mso_mdoc", "dc+sd-jwt", "mso_mdoc_zk"
Issued = TypeVar("Issued", IssuedMdoc, IssuedSdJwt)


@dataclass(kw_only=True, eq=False)
class Credential:
    """A credential with the key it is bound to; `used` once it was shown."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    issued: IssuedMdoc | IssuedSdJwt
    used: bool = False

    @property
    def format(self) -> str:
        """Its format as OpenID4VP names it."""
        return MDOC if isinstance(self.issued, IssuedMdoc) else SD_JWT

    @property
    def kind(self) -> str:
        """Its document type, or its vct."""
        return documents.DOCTYPE if self.format == MDOC else VCT

    def values(self) -> dict[tuple[str, ...], bool]:
        """What it can show, by the paths of DCQL."""
        space = (documents.NAMESPACE,) if self.format == MDOC else ()
        return {(*space, f"age_over_{age:02}"): held for age, held in self.issued.over.items()}


@dataclass(kw_only=True)
class Wallet:
    """The credentials of one person. `proves`: it shows a proof through the browser where one is welcome."""

    credentials: list[Credential] = field(default_factory=list)
    proves: bool = False

    def receive(
        self,
        issuer: Issuer,
        over: Mapping[int, bool],
        *,
        at: datetime,
        lasts: timedelta = LONGEST,
        batch: int = BATCH,
        format: str = MDOC,
    ) -> list[Credential]:
        """Have a batch issued to new keys, and keep it."""
        keys = [new_key() for _ in range(batch)]
        issue = issuer.issue_mdoc if format == MDOC else issuer.issue_sd_jwt
        got = [Credential(key=key, issued=issue(key.public_key(), over, at=at, lasts=lasts)) for key in keys]
        self.credentials += got
        return got

    def unused(self, format: str, kinds: Collection[str] = (), *, at: datetime | None = None) -> list[Credential]:
        """The credentials that were not shown yet, still valid at that time."""
        return [
            each
            for each in self.credentials
            if not each.used
            and each.format == format
            and (not kinds or each.kind in {kind.strip() for kind in kinds})
            and (at is None or at < each.issued.until)
        ]

    def present_mdoc(
        self,
        credential: Credential,
        *,
        client_id: str = "",
        nonce: str = "",
        response_uri: str | None = None,
        only: Collection[str] = ("age_over_18",),
        transcript: documents.Transcript | None = None,
    ) -> bytes:
        """A DeviceResponse that shows the elements `only`, bound to the request (or to the transcript given).

        response_uri: by default the one in the client identifier. Raises CannotAnswer when it was shown before.
        """
        issued = _first_use(credential, IssuedMdoc)
        transcript = transcript or documents.redirect_transcript(
            client_id=client_id,
            nonce=nonce,
            response_uri=client_id.removeprefix("redirect_uri:") if response_uri is None else response_uri,
        )
        return documents.device_response(
            documents.document(
                documents.only(issued.items, only),
                cbor2.loads(issued.issuer_auth),
                documents.device_signed(credential.key, transcript),
            )
        )

    def present_sd_jwt(
        self,
        credential: Credential,
        *,
        client_id: str,
        nonce: str,
        only: Collection[str] = ("age_over_18",),
        at: datetime,
    ) -> str:
        """An SD-JWT with the disclosures `only` and a key binding JWT made at that time.

        Raises CannotAnswer when it was shown before.
        """
        issued = _first_use(credential, IssuedSdJwt)
        shown = "~".join([issued.jwt, *(issued.disclosures[name] for name in only), ""])
        return shown + key_binding(credential.key, shown, audience=client_id, nonce=nonce, at=at)

    def answer(self, request: str | Mapping[str, Any] | Request, *, at: datetime | None = None) -> dict[str, str]:
        """The form to post to the response URI of an OpenID4VP request. Raises CannotAnswer."""
        read = request if isinstance(request, Request) else read_request(request)
        token: dict[str, list[str]] = {}
        for options in read.choices:
            chosen = self._choose(read, options, at=at)
            for name, (credential, elements) in chosen.items():
                token[name] = [self._show(read, read.asked[name].format, credential, elements, at=at)]
        form = {"vp_token": json.dumps(token, separators=(",", ":"))}
        return form if read.state is None else {**form, "state": read.state}

    def _show(
        self, read: Request, format: str, credential: Credential, elements: list[str], *, at: datetime | None
    ) -> str:
        """The presentation, as a vp_token holds it."""
        at = at or datetime.now(UTC)
        if format == SD_JWT:
            return self.present_sd_jwt(credential, client_id=read.client_id, nonce=read.nonce, only=elements, at=at)
        transcript = documents.redirect_transcript(
            client_id=read.client_id, nonce=read.nonce, response_uri=read.response_uri
        )
        shown = self.present_mdoc(credential, only=elements, transcript=transcript)
        return base64url(shown if format == MDOC else proven(shown, elements, transcript=transcript, at=at))

    def _choose(
        self, read: Request, options: tuple[tuple[str, ...], ...], *, at: datetime | None
    ) -> dict[str, tuple[Credential, list[str]]]:
        """The first option that the wallet can satisfy: query id → credential, and the elements to show."""
        for option in options:
            chosen: dict[str, tuple[Credential, list[str]]] = {}
            for name in option:
                taken = {id(credential) for credential, _ in chosen.values()}
                if found := self._match(read.asked[name], taken, at=at):
                    chosen[name] = found
            if len(chosen) == len(option):
                return chosen
        raise CannotAnswer("nothing in this wallet answers the query")

    def _match(
        self, asked: Asked, taken: Collection[int], *, at: datetime | None
    ) -> tuple[Credential, list[str]] | None:
        for credential in self.unused(MDOC if asked.format == ZERO_KNOWLEDGE else asked.format, asked.types, at=at):
            held = credential.values()
            for wanted in asked.sets:
                paths = {tuple(str(part).strip() for part in path): values for path, values in wanted.items()}
                if any(not AGE.fullmatch(path[-1]) for path in paths):
                    raise CannotAnswer("the query asks for more than an age")
                shows = all(path in held and (not values or held[path] in values) for path, values in paths.items())
                if paths and shows and id(credential) not in taken:
                    return credential, [path[-1] for path in paths]
        return None

    def answer_browser(self, data: Mapping[str, str], *, origin: str, at: datetime | None = None) -> dict[str, str]:
        """Answer an `org-iso-mdoc` request of the Digital Credentials API, encrypted to who asks.

        data: `deviceRequest` and `encryptionInfo` in base64url; origin: of the page that asks, which the browser
        tells. Raises CannotAnswer.
        """
        encryption_info, wanted, to = read_device_request(data)
        transcript = documents.iso_browser_transcript(encryption_info=encryption_info, origin=origin)
        for doc_type, elements, proof_is_welcome in wanted:
            names = [name for space, name in sorted(elements) if space == documents.NAMESPACE and AGE.fullmatch(name)]
            if len(names) < len(elements):
                raise CannotAnswer("the request asks for more than an age")
            for credential in self.unused(MDOC, (doc_type,), at=at):
                if {(documents.NAMESPACE, name) for name in names} <= credential.values().keys():
                    shown = self.present_mdoc(credential, only=names, transcript=transcript)
                    if proof_is_welcome and self.proves:
                        shown = proven(shown, names, transcript=transcript, at=at or datetime.now(UTC))
                    return {"response": base64url(sealed(shown, to=to, transcript=transcript))}
        raise CannotAnswer("nothing in this wallet answers the request")

    def save(self, path: Path) -> None:
        """Write the credentials that are left, readable by their owner only."""
        held = [_as_json(each) for each in self.credentials if not each.used]
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"credentials": held}, file, indent=1)
        Path(temporary).replace(path)

    @classmethod
    def load(cls, path: Path) -> "Wallet":
        """Read a wallet written by `save`."""
        return cls(credentials=[_from_json(each) for each in json.loads(path.read_text("utf-8"))["credentials"]])


def key_binding(key: ec.EllipticCurvePrivateKey, shown: str, *, audience: str, nonce: str, at: datetime) -> str:
    """A key binding JWT over what is shown, up to and with its last tilde (RFC 9901, section 4.3)."""
    payload = {
        "iat": int(at.timestamp()),
        "aud": audience,
        "nonce": nonce,
        "sd_hash": base64url(sha256(shown.encode())),
    }
    return jws(key, {"typ": "kb+jwt"}, payload)


def sealed(shown: bytes, *, to: Mapping[int, Any], transcript: documents.Transcript) -> bytes:
    """EncryptedResponse: a DeviceResponse under HPKE (RFC 9180) with the transcript as its context."""
    point = ec.EllipticCurvePublicNumbers(int.from_bytes(to[-2]), int.from_bytes(to[-3]), ec.SECP256R1())
    suite = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
    made = suite.encrypt(shown, point.public_key(), cbor2.dumps(transcript))
    return cbor2.dumps(["dcapi", {"enc": made[:ENCAPSULATED], "cipherText": made[ENCAPSULATED:]}])


def proven(shown: bytes, elements: Sequence[str], *, transcript: documents.Transcript, at: datetime) -> bytes:
    """A zero-knowledge proof of the one element that a DeviceResponse shows. Raises CannotAnswer."""
    if len(elements) != 1 or not zero_knowledge.available():
        raise CannotAnswer("proofs of one age only, where pylongfellow is installed")
    return zero_knowledge.prove(shown, transcript=cbor2.dumps(transcript), over=int(elements[0][-2:]), at=at)


def _first_use(credential: Credential, kind: type[Issued]) -> Issued:
    if credential.used:
        raise CannotAnswer("this credential was shown before")
    if not isinstance(credential.issued, kind):
        raise CannotAnswer(f"this credential is no {kind.__name__}")
    credential.used = True
    return credential.issued


def _as_json(credential: Credential) -> dict[str, object]:
    pem = credential.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    issued = credential.issued
    held: dict[str, object] = {
        "format": credential.format,
        "key": pem.decode(),
        "over": {str(age): value for age, value in issued.over.items()},
        "until": issued.until.isoformat(),
    }
    if isinstance(issued, IssuedMdoc):
        held["items"] = {space: [b64encode(each).decode() for each in items] for space, items in issued.items.items()}
        held["issuer_auth"] = b64encode(issued.issuer_auth).decode()
    else:
        held["jwt"], held["disclosures"] = issued.jwt, dict(issued.disclosures)
    return held


def _from_json(held: Mapping[str, Any]) -> Credential:
    key = serialization.load_pem_private_key(held["key"].encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("key: not on an elliptic curve")
    over = {int(age): value for age, value in held["over"].items()}
    until = datetime.fromisoformat(held["until"])
    if held["format"] == MDOC:
        items = {space: tuple(b64decode(each) for each in items) for space, items in held["items"].items()}
        mdoc = IssuedMdoc(items=items, issuer_auth=b64decode(held["issuer_auth"]), over=over, until=until)
        return Credential(key=key, issued=mdoc)
    issued = IssuedSdJwt(jwt=held["jwt"], disclosures=held["disclosures"], over=over, until=until)
    return Credential(key=key, issued=issued)
