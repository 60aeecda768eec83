"""Zero-knowledge proofs of age: that some attestation of a trusted issuer says so, without showing which one.

Longfellow (Frigo and shelat, ePrint 2024/2010; draft-google-cfrg-libzk) over an mdoc, in the `zkDocuments` of a
DeviceResponse (ISO/IEC 18013-5, second edition). The circuit proves that the issuer's key signed the mdoc, that it is
of this doctype and valid at this moment, that one element has this value, and that its device signed this transcript.

Two things it cannot say. The element's namespace is not part of what is proven: the doctype is, and has one namespace.
And the attestation stays hidden, so neither a status list nor its being used before can be looked up: what is used
once is the request. Verifying needs `pylongfellow` (the extra `zk`) and runs in a child process.
"""

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation import cbor, longfellow
from rempart.attestation.mdoc import DOCTYPE, NAMESPACE, read_thresholds
from rempart.attestation.outcome import Genuine, Method, Reason, Refused
from rempart.attestation.trust import Trust

LARGEST = 1 << 20
"""Bytes of a response with a proof; a proof of one element takes 360,000."""
WINDOW = timedelta(minutes=5)
"""How far the moment that a proof speaks of may be from ours."""
PATIENCE = 60
"""Seconds that a child process may take by the clock."""

SYSTEM, VERSION, ELEMENTS = "longfellow-libzk-v1", 7, 1
CIRCUIT = "8d079211715200ff06c5109639245502bfe94aa869908d31176aae4016182121"
"""Identifier of the circuit, which library and wallets know it by."""
CIRCUIT_FILE = Path(__file__).with_name("circuits") / f"{SYSTEM}_{VERSION}_{ELEMENTS}"
"""Made once by `pylongfellow.backends.google_cpp.generate_circuit(7, 1)`: 26 seconds and 2 GB, against 300 kB kept."""
CIRCUIT_DIGEST = "c3074dcdbf9b81b92c046176956244be96d297ce50829f301c8cf89c87422912"

_AT_ONCE = threading.BoundedSemaphore(2)
"""Children of this process at the same time: each takes a core and 250 MB."""
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)


def available() -> bool:
    """Whether the library is installed here."""
    return importlib.util.find_spec("pylongfellow") is not None


def system_spec() -> dict[str, Any]:
    """The proof system that a request offers, as a ZkSystemSpec (ISO/IEC 18013-5, second edition)."""
    params = {
        "version": VERSION,
        "circuit_hash": CIRCUIT,
        "num_attributes": ELEMENTS,
        "block_enc_hash": 4151,
        "block_enc_sig": 4096,
    }
    return {"zkSystemId": _system_id(), "system": SYSTEM, "params": params}


def is_proof(response: Any) -> bool:
    """Whether a decoded DeviceResponse holds zero-knowledge documents."""
    return isinstance(response, dict) and "zkDocuments" in response


def verify_proof(response: Any, *, trust: Trust, transcripts: Sequence[bytes], at: datetime) -> Genuine:
    """What a decoded DeviceResponse with one zero-knowledge document attests.

    transcripts: encoded SessionTranscripts of the request that it may answer. Raises Refused (bad_proof, no_library,
    untrusted_issuer, wrong_doctype, extra_attribute, expired, not_yet_valid, unknown_format, malformed …).
    """
    proof, data = _read(response)
    if not str(data.get("zkSystemId", data.get("id"))).endswith(CIRCUIT):
        raise Refused(Reason.UNKNOWN_FORMAT, "a circuit that was not offered")
    if data.get("docType") != DOCTYPE:
        raise Refused(Reason.WRONG_DOCTYPE)
    threshold, value = _claimed(data)
    moment = _moment(data.get("timestamp"), at)
    chain = data.get("msoX5chain")
    certificates = [chain] if isinstance(chain, bytes) else chain
    if not isinstance(certificates, list) or not all(isinstance(each, bytes) for each in certificates):
        raise Refused(Reason.MALFORMED, "msoX5chain")
    signer = trust.anchors.signer(certificates)
    signer.ensure_valid(at)
    for transcript in transcripts:
        statement = _statement(signer.key, transcript, threshold, value=value, moment=moment)
        if _run({**statement, "proof": b64encode(proof).decode(), "doctype": DOCTYPE}) is not None:
            spent = hashlib.sha256(transcript).digest()
            return Genuine(
                attested={threshold: value}, method=Method.ZERO_KNOWLEDGE, spent=spent, until=moment + 2 * WINDOW
            )
    raise Refused(Reason.BAD_PROOF)


def prove(device_response: bytes, *, transcript: bytes, over: int, at: datetime) -> bytes:
    """For the test wallet: a DeviceResponse that proves what one shows about a threshold, without showing it.

    device_response: of one document of the profile, signed for the transcript (encoded SessionTranscript). Raises
    Refused (bad_proof) when it does not hold, or does not say that the holder is over that age.
    """
    (document,) = cbor.decode(device_response)["documents"]
    certificate = document["issuerSigned"]["issuerAuth"][1][33]
    key = x509.load_der_x509_certificate(certificate).public_key()
    moment = at.astimezone(UTC).replace(microsecond=0)
    statement = _statement(key, transcript, over, value=True, moment=moment)
    made = _run({**statement, "document": b64encode(device_response).decode()})
    if made is None:
        raise Refused(Reason.BAD_PROOF, "the document does not say so")
    data = {
        "docType": DOCTYPE,
        "zkSystemId": _system_id(),
        "timestamp": moment,
        "issuerSigned": {NAMESPACE: [{"elementIdentifier": _element(over), "elementValue": True}]},
        "deviceSigned": {},
        "msoX5chain": certificate,
    }
    shown = {"documentData": cbor.Tag(cbor.EMBEDDED, cbor.encode(data)), "proof": b64decode(made)}
    return cbor.encode({"version": "1.1", "zkDocuments": [shown], "status": 0})


def _system_id() -> str:
    return f"{SYSTEM}_{VERSION}_{ELEMENTS}_{CIRCUIT}"


def _element(threshold: int) -> str:
    return f"age_over_{threshold:02}"


def _read(response: Any) -> tuple[bytes, dict[Any, Any]]:
    """The proof and what it is about; earlier drafts call the latter `zkDocumentData`, and do not embed it."""
    match response:
        case {"zkDocuments": [{"proof": bytes() as proof, **about}], "status": int() as status, **more}:
            if status != 0 or not more.keys() <= {"version", "documents"} or more.get("documents"):
                raise Refused(Reason.MALFORMED, "something beside a zero-knowledge document")
        case _:
            raise Refused(Reason.MALFORMED, "one zero-knowledge document expected")
    if len(about) != 1 or not about.keys() <= {"documentData", "zkDocumentData"}:
        raise Refused(Reason.MALFORMED, "documentData")
    (data,) = about.values()
    if isinstance(data, cbor.Tag):
        data = cbor.decode(cbor.embedded(data))
    if not isinstance(data, dict):
        raise Refused(Reason.MALFORMED, "documentData")
    return proof, data


def _claimed(data: Mapping[Any, Any]) -> tuple[int, bool]:
    """The one threshold that is proven, and what about it."""
    spaces = data.get("issuerSigned")
    if data.get("deviceSigned") or not isinstance(spaces, dict) or spaces.keys() != {NAMESPACE}:
        raise Refused(Reason.EXTRA_ATTRIBUTE, "more than the profile's namespace")
    match spaces[NAMESPACE]:
        case [{"elementIdentifier": str() as name, "elementValue": value, **more}] if not more:
            ((threshold, over),) = read_thresholds({name: value}).items()
            return threshold, over
    raise Refused(Reason.MALFORMED, "one element expected")


def _moment(stated: object, at: datetime) -> datetime:
    if isinstance(stated, str) and _DATE.fullmatch(stated):
        try:
            stated = datetime.fromisoformat(stated)
        except ValueError as error:
            raise Refused(Reason.MALFORMED, "timestamp") from error
    if not isinstance(stated, datetime) or stated.tzinfo is None:
        raise Refused(Reason.MALFORMED, "timestamp")
    if stated - at > WINDOW:
        raise Refused(Reason.NOT_YET_VALID, "timestamp")
    if at - stated > WINDOW:
        raise Refused(Reason.EXPIRED, "timestamp")
    return stated.astimezone(UTC)


def _statement(key: object, transcript: bytes, threshold: int, *, value: bool, moment: datetime) -> dict[str, Any]:
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise Refused(Reason.BAD_ALGORITHM, "the circuit knows P-256 only")
    point = key.public_numbers()
    return {
        "circuit": str(CIRCUIT_FILE),
        "version": VERSION,
        "x": f"{point.x:x}",
        "y": f"{point.y:x}",
        "namespace": NAMESPACE,
        "element": _element(threshold),
        "value": b64encode(cbor.encode(value)).decode(),
        "transcript": b64encode(transcript).decode(),
        "moment": moment.isoformat(),
    }


def _run(statement: Mapping[str, Any]) -> bytes | None:
    """What the child process answers; None when the statement does not hold, whatever else went wrong included."""
    if not available():
        raise Refused(Reason.NO_LIBRARY, "pylongfellow")
    if hashlib.sha256(CIRCUIT_FILE.read_bytes()).hexdigest() != CIRCUIT_DIGEST:
        raise Refused(Reason.NO_LIBRARY, "the circuit is not the one that was checked")
    command = [sys.executable, "-I", longfellow.__file__]
    with _AT_ONCE:
        try:
            done = subprocess.run(
                command,
                input=json.dumps(statement).encode(),
                capture_output=True,
                timeout=PATIENCE,
                check=False,
                env={},
            )
        except subprocess.TimeoutExpired:
            return None
    if done.returncode == longfellow.MISSING:
        raise Refused(Reason.NO_LIBRARY, "pylongfellow")
    return done.stdout if done.returncode == 0 else None
