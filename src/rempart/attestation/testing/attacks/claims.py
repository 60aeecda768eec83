"""Attacks on what an mdoc attests: the eight that a relying party meets first, and other claims than an age."""

from datetime import timedelta

import cbor2

from rempart.attestation.outcome import Reason
from rempart.attestation.testing.attacks.noted import Build, Replay, attack, named
from rempart.attestation.testing.documents import NAMESPACE, item
from rempart.attestation.testing.issuer import new_key
from rempart.attestation.testing.scene import Scene

EIGHT = (
    "injected_namespace",
    "swapped_doctype",
    "expired",
    "rogue_issuer",
    "stolen",
    "replayed",
    "claim_false",
    "extra_attribute",
)


@attack(Reason.DIGEST_MISMATCH, Reason.EXTRA_ATTRIBUTE)
def injected_namespace(scene: Scene) -> bytes:
    """Beside a genuine age, a namespace that the issuer never signed."""
    items = {NAMESPACE: [item(0, "age_over_18", True)]}
    injected = {**items, "org.iso.18013.5.1": [item(1, "age_over_21", True)]}
    return scene.response(items=items, shown=injected)


@attack(Reason.WRONG_DOCTYPE)
def swapped_doctype(scene: Scene) -> bytes:
    """A membership card of the same issuer, shown as a proof of age."""
    return scene.response(mso=lambda mso: mso.update(docType="org.example.membership.1"))


@attack(Reason.EXPIRED)
def expired(scene: Scene) -> bytes:
    """A genuine attestation past its end."""
    return scene.response(signed=scene.at - timedelta(days=100), until=scene.at - timedelta(days=10))


@attack(Reason.UNTRUSTED_ISSUER)
def rogue_issuer(scene: Scene) -> bytes:
    """Everything as it should be, by an issuer that has the name of a trusted one and another key."""
    return scene.response(issuer=scene.rogue)


@attack(Reason.BAD_DEVICE_SIGNATURE)
def stolen(scene: Scene) -> bytes:
    """A copied attestation, shown by a device that does not have its key."""
    return scene.response(shown_by=new_key())


@attack(Reason.ALREADY_USED)
def replayed(scene: Scene) -> Replay:
    """The same presentation a second time."""
    shown = scene.response()
    return Replay(shown, shown)


@attack(Reason.NOT_OVER)
def claim_false(scene: Scene) -> bytes:
    """A genuine attestation that its holder is not over 18."""
    return scene.response(elements={"age_over_18": False})


@attack(Reason.EXTRA_ATTRIBUTE)
def extra_attribute(scene: Scene) -> bytes:
    """A genuine age with a genuine pseudonym, by which somebody could be followed."""
    return scene.response(elements={"age_over_18": True, "personal_administrative_number": "x-1"})


@attack(Reason.DIGEST_MISMATCH)
def claim_flipped(scene: Scene) -> bytes:
    """`false` was issued, `true` is shown."""
    salt = b"s" * 32
    issued = {NAMESPACE: [item(0, "age_over_18", False, random=salt)]}
    return scene.response(items=issued, shown={NAMESPACE: [item(0, "age_over_18", True, random=salt)]})


@attack(Reason.DIGEST_MISMATCH)
def element_renamed(scene: Scene) -> bytes:
    """`age_over_13` was issued, and is shown as `age_over_18`."""
    salt = b"s" * 32
    issued = {NAMESPACE: [item(0, "age_over_13", True, random=salt), item(1, "age_over_18", False)]}
    return scene.response(items=issued, shown={NAMESPACE: [item(0, "age_over_18", True, random=salt)]})


@attack(Reason.DIGEST_MISMATCH)
def injected_element(scene: Scene) -> bytes:
    """An age that was never issued, under a number that has no digest."""
    issued = {NAMESPACE: [item(0, "age_over_18", False)]}
    return scene.response(items=issued, shown={NAMESPACE: [item(7, "age_over_18", True)]})


@attack(Reason.DIGEST_MISMATCH)
def digest_of_another_number(scene: Scene) -> bytes:
    """A genuine item whose number points at the digest of another."""
    issued = {NAMESPACE: [item(0, "age_over_13", False), item(1, "age_over_18", False)]}
    return scene.response(items=issued, shown={NAMESPACE: [item(1, "age_over_18", True)]})


@attack(Reason.DIGEST_MISMATCH, Reason.EXTRA_ATTRIBUTE)
def namespace_of_another(scene: Scene) -> bytes:
    """The item was issued under another namespace than it is shown in."""
    element = item(0, "age_over_18", True)
    return scene.response(items={"org.example.game": [element]}, shown={NAMESPACE: [element]})


@attack(Reason.EXTRA_ATTRIBUTE)
def another_namespace(scene: Scene) -> bytes:
    """A genuine age with a genuine birth date in a namespace of its own."""
    birth = item(0, "birth_date", cbor2.CBORTag(1004, "2001-02-03"))
    return scene.response(items={NAMESPACE: [item(0, "age_over_18", True)], "eu.europa.ec.eudi.pid.1": [birth]})


@attack(Reason.MALFORMED, Reason.DIGEST_MISMATCH, Reason.EXTRA_ATTRIBUTE)
def said_twice(scene: Scene) -> bytes:
    """The issuer signed yes and no under one name, and both are shown."""
    return scene.response(items={NAMESPACE: [item(0, "age_over_18", False), item(1, "age_over_18", True)]})


@attack(Reason.MALFORMED, Reason.NOT_OVER, Reason.UNSUPPORTED)
def contradiction(scene: Scene) -> bytes:
    """Over 18 and not over 15: whatever it is, it shows no age."""
    return scene.response(elements={"age_over_15": False, "age_over_18": True})


@attack(Reason.UNSUPPORTED, Reason.EXTRA_ATTRIBUTE, Reason.MALFORMED)
def nothing_shown(scene: Scene) -> bytes:
    """A genuine attestation of which nothing is shown."""
    return scene.response(shown={})


def _of(name: str, value: object) -> Build:
    def build(scene: Scene) -> bytes:
        return scene.response(elements={name: value})

    return build


for _what, _name, _value in (
    ("age_over_00", "age_over_00", True),
    ("age_over_01", "age_over_01", True),
    ("age_over_99_false", "age_over_99", False),
    ("age_over_three_digits", "age_over_018", True),
    ("age_over_one_digit", "age_over_8", True),
    ("age_over_upper_case", "AGE_OVER_18", True),
    ("age_over_space", "age_over_18 ", True),
    ("age_over_newline", "age_over_18\n", True),
    ("age_over_other_digits", "age_over_１８", True),
    ("age_over_sign", "age_over_+8", True),
    ("age_in_years", "age_in_years", 40),
    ("age_birth_year", "age_birth_year", 1980),
    ("value_one", "age_over_18", 1),
    ("value_one_as_float", "age_over_18", 1.0),
    ("value_text", "age_over_18", "true"),
    ("value_bytes", "age_over_18", b"\x01"),
    ("value_list", "age_over_18", [True]),
    ("value_map", "age_over_18", {"value": True}),
    ("value_tagged", "age_over_18", cbor2.CBORTag(24, cbor2.dumps(True))),
    ("value_simple", "age_over_18", cbor2.CBORSimpleValue(42)),
    ("value_null", "age_over_18", None),
):
    named(
        _what,
        f"The issuer signed {_name!r} as {_value!r}, which says nothing about being over 18.",
        _of(_name, _value),
        Reason.EXTRA_ATTRIBUTE,
        Reason.UNSUPPORTED,
        Reason.MALFORMED,
        Reason.NOT_OVER,
    )
