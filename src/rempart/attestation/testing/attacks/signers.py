"""Attacks on who signed an mdoc, how, and when."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import cbor2

from rempart.attestation.outcome import Reason
from rempart.attestation.testing import certificates, documents
from rempart.attestation.testing.attacks.noted import BAD_SIGNER, attack, named
from rempart.attestation.testing.documents import NAMESPACE, item
from rempart.attestation.testing.encoding import embedded
from rempart.attestation.testing.issuer import new_key
from rempart.attestation.testing.scene import P256_ORDER, Scene, changed, issuer_auth


def _signed_by(scene: Scene, **how: Any) -> bytes:
    """With a document signer made for the occasion by the trusted root."""
    key = new_key()
    made = {"signed_by": scene.issuer.root, "with_key": scene.issuer.root_key, "at": scene.at - timedelta(days=200)}
    signer = certificates.document_signer(key.public_key(), **{**made, **how})
    return scene.response(signer_key=key, chain=[signer])


@attack(*BAD_SIGNER)
def signer_for_web_servers(scene: Scene) -> bytes:
    """Signed with a certificate of the trusted root that is meant for web servers."""
    return _signed_by(scene, usages=("1.3.6.1.5.5.7.3.1",))


@attack(*BAD_SIGNER)
def signer_of_anything(scene: Scene) -> bytes:
    """Signed with a certificate of the trusted root that says `anyExtendedKeyUsage`."""
    return _signed_by(scene, usages=("2.5.29.37.0",))


@attack(*BAD_SIGNER)
def signer_is_authority(scene: Scene) -> bytes:
    """The document signer's certificate claims to be an authority."""
    return _signed_by(scene, is_root=True)


@attack(*BAD_SIGNER, Reason.EXPIRED)
def signer_expired(scene: Scene) -> bytes:
    """The document signer's certificate is past its end, what it signed is not."""
    return _signed_by(scene, lasts=timedelta(days=100))


@attack(*BAD_SIGNER)
def signer_signs_for_another(scene: Scene) -> bytes:
    """A chain of two: a genuine document signer made a certificate for somebody else."""
    key = new_key()
    further = certificates.document_signer(
        key.public_key(), signed_by=scene.issuer.signer, with_key=scene.issuer.signer_key, at=scene.at
    )
    return scene.response(signer_key=key, chain=[further, scene.issuer.signer])


@attack(*BAD_SIGNER)
def authority_between(scene: Scene) -> bytes:
    """The root, which says that there is no authority below it, is made to sign one, which signs a document signer."""
    between, key, since = new_key(), new_key(), scene.at - timedelta(days=200)
    authority = certificates.document_signer(
        between.public_key(),
        signed_by=scene.issuer.root,
        with_key=scene.issuer.root_key,
        at=since,
        is_root=True,
        usages=(),
        name="Test authority",
    )
    signer = certificates.document_signer(key.public_key(), signed_by=authority, with_key=between, at=since)
    return scene.response(signer_key=key, chain=[signer, authority])


@attack(*BAD_SIGNER)
def signer_signed_by_itself(scene: Scene) -> bytes:
    """A certificate with the right names, signed with its own key."""
    key = new_key()
    signer = certificates.document_signer(
        key.public_key(), signed_by=scene.issuer.root, with_key=key, at=scene.at - timedelta(days=200)
    )
    return scene.response(signer_key=key, chain=[signer])


@attack(*BAD_SIGNER)
def root_brought_along(scene: Scene) -> bytes:
    """A rogue issuer sends its own root in the chain."""
    return scene.response(issuer=scene.rogue, chain=[scene.rogue.signer, scene.rogue.root])


@attack(Reason.BAD_ISSUER_SIGNATURE, *BAD_SIGNER)
def certificate_of_another(scene: Scene) -> bytes:
    """A rogue's signature under the genuine signer's certificate."""
    return scene.response(signer_key=new_key())


@attack(Reason.BAD_ISSUER_SIGNATURE, *BAD_SIGNER)
def certificate_added(scene: Scene) -> bytes:
    """A rogue signs; the genuine certificate follows its own in the chain."""
    return scene.response(issuer=scene.rogue, chain=[scene.rogue.signer, scene.issuer.signer, scene.issuer.root])


@attack(Reason.BAD_CERTIFICATE, Reason.MALFORMED, Reason.UNTRUSTED_ISSUER)
def chain_empty(scene: Scene) -> bytes:
    """No certificate at all."""
    return changed(scene.response(), lambda whole: issuer_auth(whole)[1].clear())


@attack(Reason.BAD_CERTIFICATE, Reason.MALFORMED, Reason.UNTRUSTED_ISSUER)
def chain_of_noise(scene: Scene) -> bytes:
    """Noise where the certificate belongs."""
    return changed(scene.response(), lambda whole: issuer_auth(whole)[1].update({33: b"\x30\x82\xff\xff" + bytes(200)}))


@attack(*BAD_SIGNER, Reason.MALFORMED)
def chain_very_long(scene: Scene) -> bytes:
    """A hundred certificates to walk through."""
    return scene.response(chain=[scene.issuer.signer, *[scene.issuer.root] * 100])


@attack(Reason.BAD_ISSUER_SIGNATURE, Reason.MALFORMED)
def signature_zero(scene: Scene) -> bytes:
    """r and s are zero."""
    return changed(scene.response(), lambda whole: issuer_auth(whole).__setitem__(3, bytes(64)))


@attack(Reason.BAD_ISSUER_SIGNATURE, Reason.MALFORMED)
def signature_order(scene: Scene) -> bytes:
    """r and s are the order of the group."""
    twice = P256_ORDER.to_bytes(32) * 2
    return changed(scene.response(), lambda whole: issuer_auth(whole).__setitem__(3, twice))


@attack(Reason.BAD_ISSUER_SIGNATURE, Reason.MALFORMED)
def signature_empty(scene: Scene) -> bytes:
    """No signature."""
    return changed(scene.response(), lambda whole: issuer_auth(whole).__setitem__(3, b""))


def _algorithm(name: str, about: str, protected: Mapping[int, object]) -> None:
    def build(scene: Scene) -> bytes:
        return scene.response(protected=protected)

    named(name, about, build, Reason.BAD_ALGORITHM, Reason.MALFORMED, Reason.BAD_ISSUER_SIGNATURE)


_algorithm("algorithm_hmac", "The header says HMAC, so that the public key would be the secret.", {1: 5})
_algorithm("algorithm_rsa", "The header says RSA.", {1: -257})
_algorithm("algorithm_eddsa", "The header says EdDSA.", {1: -8})
_algorithm("algorithm_other_curve", "The header says ES384, the key is on P-256.", {1: -35})
_algorithm("algorithm_none", "The header says nothing.", {})
_algorithm("algorithm_null", "The header says null.", {1: None})
_algorithm("algorithm_by_name", "The header names the algorithm as JOSE does.", {1: "ES256"})
_algorithm("header_critical", "The header holds something critical that nobody knows.", {1: -7, 2: [-70001], -70001: 1})


@attack(Reason.BAD_ALGORITHM, Reason.MALFORMED, Reason.DIGEST_MISMATCH)
def digest_sha1(scene: Scene) -> bytes:
    """The issuer's digests are SHA-1, which can be made to collide."""
    items = {NAMESPACE: [item(0, "age_over_18", True)]}

    def weaken(mso: dict[str, Any]) -> None:
        short = hashlib.sha1(items[NAMESPACE][0], usedforsecurity=False).digest()
        mso.update(digestAlgorithm="SHA-1", valueDigests={NAMESPACE: {0: short}})

    return scene.response(items=items, mso=weaken)


@attack(Reason.BAD_ALGORITHM, Reason.MALFORMED, Reason.DIGEST_MISMATCH)
def digest_algorithm_swapped(scene: Scene) -> bytes:
    """The digests are SHA-256, the issuer signed that they are SHA-512."""
    return scene.response(mso=lambda mso: mso.update(digestAlgorithm="SHA-512"))


@attack(Reason.DIGEST_MISMATCH, Reason.MALFORMED)
def digest_cut(scene: Scene) -> bytes:
    """The signed digest is the first byte of the real one."""

    def cut(mso: dict[str, Any]) -> None:
        mso["valueDigests"][NAMESPACE] = {0: mso["valueDigests"][NAMESPACE][0][:1]}

    return scene.response(mso=cut)


@attack(Reason.MALFORMED, Reason.BAD_ISSUER_SIGNATURE)
def payload_not_embedded(scene: Scene) -> bytes:
    """The security object is signed without its tag 24."""
    return scene.response(payload=lambda payload: bytes(cbor2.loads(payload).value))


@attack(Reason.MALFORMED, Reason.BAD_ISSUER_SIGNATURE)
def payload_embedded_twice(scene: Scene) -> bytes:
    """The security object is wrapped in tag 24 twice."""
    return scene.response(payload=lambda payload: embedded(cbor2.CBORTag(24, cbor2.loads(payload).value)))


@attack(Reason.MALFORMED, Reason.BAD_ISSUER_SIGNATURE)
def payload_detached(scene: Scene) -> bytes:
    """The issuer's signature comes without what it signs."""
    return changed(scene.response(), lambda whole: issuer_auth(whole).__setitem__(2, None))


@attack(Reason.NOT_YET_VALID)
def not_yet_valid(scene: Scene) -> bytes:
    """Valid from tomorrow week."""
    later = documents.date_time(scene.at + timedelta(days=8))
    return scene.response(mso=lambda mso: mso["validityInfo"].update(validFrom=later))


@attack(Reason.NOT_YET_VALID, Reason.MALFORMED, *BAD_SIGNER)
def signed_in_the_future(scene: Scene) -> bytes:
    """Signed in a month, valid already."""
    later = documents.date_time(scene.at + timedelta(days=30))
    return scene.response(mso=lambda mso: mso["validityInfo"].update(signed=later))


@attack(*BAD_SIGNER, Reason.MALFORMED, Reason.NOT_YET_VALID)
def signed_before_its_signer(scene: Scene) -> bytes:
    """Signed two years before the certificate that signed it."""
    return scene.response(signed=scene.at - timedelta(days=930))


@attack(Reason.MALFORMED)
def validity_missing(scene: Scene) -> bytes:
    """No validity."""
    return scene.response(mso=lambda mso: mso.pop("validityInfo"))


@attack(Reason.MALFORMED)
def until_missing(scene: Scene) -> bytes:
    """No end."""
    return scene.response(mso=lambda mso: mso["validityInfo"].pop("validUntil"))


@attack(Reason.MALFORMED, Reason.EXPIRED, Reason.NOT_YET_VALID)
def until_before_from(scene: Scene) -> bytes:
    """Ends before it begins."""
    return scene.response(until=scene.at - timedelta(days=20))


@attack(Reason.MALFORMED)
def until_in_words(scene: Scene) -> bytes:
    """The end is a word."""
    return scene.response(mso=lambda mso: mso["validityInfo"].update(validUntil=cbor2.CBORTag(0, "tomorrow")))


@attack(Reason.MALFORMED)
def until_not_a_date(scene: Scene) -> bytes:
    """The end is the 30th of February."""
    never = cbor2.CBORTag(0, f"{scene.at.year + 1}-02-30T00:00:00Z")
    return scene.response(mso=lambda mso: mso["validityInfo"].update(validUntil=never))
