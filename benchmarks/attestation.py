"""Proofs of age: verifications a second, against the machine's own P-256 and against peers; attacks; mutations.

Each verification needs two signatures checked (the issuer's and the holder's; the issuer's certificate is remembered
after the first time), so half of what the machine verifies in raw P-256 signatures is the limit. Peers, through their
own documented interfaces, given the trust anchors, the moment and the transcript wherever they take them: `isomdoc`
and `pymdoccbor` (mdoc), `openvc-core` (mdoc and SD-JWT). Beside each stands a memory of what it accepted: of the digest
that Rempart's verdict names, of the presentation's bytes with peers, which name nothing to know it by.
"""

import argparse
import json
import logging
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation.outcome import Verdict
from rempart.attestation.testing import certificates, documents
from rempart.attestation.testing.attacks import EIGHT, MDOC, SD_JWT, Attack, Replay
from rempart.attestation.testing.encoding import from_base64url
from rempart.attestation.testing.faulty import signed
from rempart.attestation.testing.issuer import VCT, new_key
from rempart.attestation.testing.mutations import examine
from rempart.attestation.testing.scene import Scene
from rempart.attestation.trust import Trust
from rempart.attestation.verifying import verify

try:
    import isomdoc
    from openvc.mdoc import verify_device_response
    from openvc.verify import VerificationPolicy, verify_credential
    from pymdoccbor.mdoc.verifier import MdocCbor
except ImportError as error:
    sys.exit(f"{error.name} is not installed: the peers are in the dependency group `bench`")

MUTATIONS = 1_000_000
PRESENTATIONS = 200
ROUNDS = 7
BOTH = (certificates.MDL_SIGNER, certificates.DOCUMENT_SIGNER)
Shown = bytes | str
Verifier = Callable[[Shown], bool]


def rates(calls: dict[str, tuple[Callable[[Shown], object], list[Shown]]]) -> dict[str, list[float]]:
    """Calls a second of processor time, round by round; all take their turn in each, and share its slow moments."""
    measured: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, (call, shown) in calls.items():
            begun = time.process_time()
            for each in shown:
                call(each)
            measured[name].append(len(shown) / (time.process_time() - begun))
    return measured


def ratio(ours: list[float], theirs: list[float]) -> float:
    """How many times faster, in the median round."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def raw() -> Callable[[Shown], object]:
    """Verify a P-256 signature over 300 bytes, and nothing else."""
    key, data = new_key(), os.urandom(300)
    signature, public = key.sign(data, ec.ECDSA(hashes.SHA256())), key.public_key()
    return lambda _: public.verify(signature, data, ec.ECDSA(hashes.SHA256()))


def peers(scene: Scene) -> dict[str, dict[str, Verifier]]:
    """format → library → whether it finds a presentation genuine and reads from it that somebody is over 18."""
    transcript, roots = scene.transcript, [scene.issuer.root]
    encoded = cbor2.dumps(transcript)
    policy = VerificationPolicy(expected_vct=VCT, audience=scene.client_id, nonce=scene.nonce, require_key_binding=True)
    token = json.loads(from_base64url(scene.trust_files()["status.jwt"].decode().split(".")[1]))
    lists = {token["sub"]: token}

    def by_isomdoc(shown: Shown) -> bool:
        response = isomdoc.verify_device_response(shown, transcript)
        values = [
            each.issuer_signed.get_element_value(documents.NAMESPACE, "age_over_18")
            for each in response.documents
            if each.doctype == documents.DOCTYPE
        ]
        return len(values) == 1 and values[0] is True

    def by_pymdoccbor(shown: Shown) -> bool:
        mdoc = MdocCbor()
        mdoc.loads(shown)
        return (
            mdoc.verify(trusted_root_certs=roots)
            and [each.doctype for each in mdoc.documents] == [documents.DOCTYPE]
            and mdoc.disclosure_map[documents.NAMESPACE]["age_over_18"] is True
        )

    def by_openvc(shown: Shown) -> bool:
        read = verify_device_response(
            shown, trust_anchors=roots, session_transcript=encoded, expected_doc_type=documents.DOCTYPE
        )
        return len(read) == 1 and read[0].elements(documents.NAMESPACE).get("age_over_18") is True

    def by_openvc_sd_jwt(shown: Shown) -> bool:
        read = verify_credential(
            shown, policy=policy, x5c_trust_anchors=roots, resolve_status_list_token=lists.__getitem__
        )
        return read.credential.get("age_over_18") is True

    return {
        "mdoc": {"isomdoc": by_isomdoc, "pymdoccbor": by_pymdoccbor, "openvc-core": by_openvc},
        "sd-jwt": {"openvc-core": by_openvc_sd_jwt},
    }


def relying_party(scene: Scene) -> tuple[Callable[[Shown], Verdict], Callable[[Shown], Verdict]]:
    """Rempart's verification in this scene, without and with a memory of what was used."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in scene.trust_files().items():
            (Path(folder) / name).write_bytes(content)
        trust = Trust.from_folder(Path(folder))
    spent: set[bytes] = set()
    known = {"trust": trust, "nonce": scene.nonce, "client_id": scene.client_id, "at": scene.at, "over": 18}

    def once(shown: Shown) -> Verdict:
        verdict = verify(shown, spent=spent.__contains__, **known)
        if verdict.accepted:
            spent.add(verdict.spent)
        return verdict

    return (lambda shown: verify(shown, **known)), once


def remembering(read: Verifier) -> Verifier:
    """A peer as a platform would run it, with a memory of what was shown to it."""
    seen: set[Shown] = set()

    def once(shown: Shown) -> bool:
        accepted = shown not in seen and read(shown)
        if accepted:
            seen.add(shown)
        return accepted

    return once


def speeds(scene: Scene) -> None:
    """Print what a core verifies in a second."""
    ours, _ = relying_party(scene)
    made: dict[str, list[Shown]] = {
        "mdoc": [scene.response() for _ in range(PRESENTATIONS)],
        "sd-jwt": [scene.sd_jwt() for _ in range(PRESENTATIONS)],
    }
    print(
        "Presentations verified a second on one core; the limit is half of what the core does in raw P-256 signatures"
    )
    print(f"{'format':<8} {'library':<14} {'a second':>10} {'of the limit':>13} {'Rempart is':>12}")
    for form, shown in made.items():
        calls = {"raw P-256": (raw(), [b""] * len(shown)), "Rempart": (ours, shown)}
        calls |= {library: (read, shown) for library, read in peers(scene)[form].items()}
        assert all(read(each) for read, _ in list(calls.values())[1:] for each in shown)
        measured = rates(calls)
        for library, each in measured.items():
            limit = "" if library == "raw P-256" else f"{2 * ratio(each, measured['raw P-256']):.0%}"
            faster = f"{ratio(measured['Rempart'], each):.1f} x" if library in peers(scene)[form] else ""
            print(f"{form:<8} {library:<14} {statistics.median(each):>10,.0f} {limit:>13} {faster:>12}")


def met(attack: Attack, scene: Scene, read: Callable[[Shown], bool | Verdict]) -> str:
    """What becomes of an attack: accepted, or refused and with which code or error."""
    shown = attack.build(scene)
    try:
        if isinstance(shown, Replay):
            read(shown.first)
            shown = shown.again
        answer = read(shown)
    except Exception as error:  # a library may say no in any way it likes
        return type(error).__name__
    if isinstance(answer, Verdict):
        return "ACCEPTED" if answer.accepted else str(answer.reason)
    return "ACCEPTED" if answer else "refused"


def attacked(scene: Scene) -> None:
    """Print what each library makes of each attack."""
    _, ours = relying_party(scene)
    for form, attacks in (("mdoc", MDOC), ("sd-jwt", SD_JWT)):
        readers: dict[str, Callable[[Shown], bool | Verdict]] = {"Rempart": ours}
        readers |= {library: remembering(read) for library, read in peers(scene)[form].items()}
        print(f"\nThe eight attacks on {form}")
        print(f"{'attack':<20}" + "".join(f"{library:>22}" for library in readers))
        for name in EIGHT:
            print(f"{name:<20}" + "".join(f"{met(attacks[name], scene, read):>22}" for read in readers.values()))
        accepted = {
            library: [name for name, attack in attacks.items() if met(attack, scene, read) == "ACCEPTED"]
            for library, read in readers.items()
        }
        print(f"\nOf all {len(attacks)} attacks on {form}, accepted")
        for library, names in accepted.items():
            among = sum(name in EIGHT for name in names)
            print(f"{library:<14} {len(names):>4} ({among} of the eight)  {' '.join(names)}")


def mutated(scene: Scene, number: int) -> None:
    """Print what becomes of mutations of valid presentations."""
    read, _ = relying_party(scene)
    elsewhere = documents.redirect_transcript(client_id="x", nonce="of another", response_uri="x")
    pairs: dict[str, tuple[Shown, Shown]] = {
        "mdoc": (scene.response(elements={"age_over_18": False}), scene.response(transcript=elsewhere)),
        "mdoc of two ages": (
            scene.response(elements={"age_over_18": True, "age_over_21": False}),
            scene.response(elements={"age_over_18": True, "age_over_21": True}, transcript=elsewhere),
        ),
        "sd-jwt": (scene.sd_jwt(claims=[("age_over_18", False)]), scene.sd_jwt(nonce="of another")),
        "sd-jwt of two ages": (
            scene.sd_jwt(claims=[("age_over_18", True), ("age_over_21", False)]),
            scene.sd_jwt(claims=[("age_over_18", True), ("age_over_21", True)], nonce="of another"),
        ),
    }
    print(f"\n{number:,} mutations of valid presentations: accepted only where nothing changes, no exception")
    total = 0
    for name, (original, donor) in pairs.items():
        begun = time.process_time()
        counts = examine(original, donor, verify=read, number=number // len(pairs), seed=len(name))
        total += sum(counts.values())
        took = (time.process_time() - begun) / sum(counts.values())
        print(f"{name:<20} {sum(counts.values()):>9,} {took * 1e6:>6.0f} µs each")
        print("  " + " · ".join(f"{reason} {count:,}" for reason, count in counts.most_common()))
    print(f"claim-changing acceptances: 0 of {total:,}; exceptions: 0; refusals without a code: 0")
    faults = max(1, number // 50)
    verdicts = [read(shown) for _, shown in islice(signed(scene, seed=1), faults)]
    assert all(verdict.accepted or verdict.reason for verdict in verdicts)
    print(f"parts broken before they were signed: {faults:,}; exceptions: 0; refusals without a code: 0")


def main() -> None:
    """Print speeds, attacks and mutations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=MUTATIONS, help="how many (default: a million)")
    asked = parser.parse_args()
    logging.disable()  # what peers say about forged presentations is not for this table
    warnings.simplefilter("ignore")
    scene = Scene.make(at=datetime.now(UTC), usages=BOTH)
    speeds(scene)
    attacked(scene)
    mutated(scene, asked.mutations)


if __name__ == "__main__":
    main()
