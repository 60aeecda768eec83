"""Attacks on how an mdoc is written, and on the status lists that it names."""

from typing import Any

import cbor2

from rempart.attestation.outcome import Reason
from rempart.attestation.testing.attacks.noted import UNREAD, attack
from rempart.attestation.testing.documents import NAMESPACE, item
from rempart.attestation.testing.scene import REVOKED, Scene, changed


@attack(*UNREAD)
def two_documents(scene: Scene) -> bytes:
    """A genuine one that says no, and a rogue one that says yes."""
    no, yes = scene.response(elements={"age_over_18": False}), scene.response(issuer=scene.rogue)
    return changed(no, lambda whole: whole["documents"].append(cbor2.loads(yes)["documents"][0]))


@attack(*UNREAD)
def two_genuine_documents(scene: Scene) -> bytes:
    """Two genuine ones of two people."""
    one, other = scene.response(), scene.response()
    return changed(one, lambda whole: whole["documents"].append(cbor2.loads(other)["documents"][0]))


@attack(*UNREAD)
def no_document(scene: Scene) -> bytes:
    """None at all."""
    return changed(scene.response(), lambda whole: whole["documents"].clear())


@attack(*UNREAD)
def status_of_error(scene: Scene) -> bytes:
    """The wallet reports an error and shows a document all the same."""
    return changed(scene.response(), lambda whole: whole.update(status=10))


@attack(*UNREAD)
def version_unknown(scene: Scene) -> bytes:
    """A version that does not exist."""
    return changed(scene.response(), lambda whole: whole.update(version="9.9"))


@attack(*UNREAD)
def trailing_bytes(scene: Scene) -> bytes:
    """Something follows."""
    return scene.response() + b"\x00"


@attack(*UNREAD)
def cut_short(scene: Scene) -> bytes:
    """The end is missing."""
    return scene.response()[:-5]


@attack(*UNREAD)
def empty(scene: Scene) -> bytes:
    """Nothing."""
    return b""


@attack(*UNREAD)
def key_twice(scene: Scene) -> bytes:
    """`documents` stands twice: one reader would take the first, another the last."""
    shown = scene.response()
    rogue = cbor2.loads(scene.response(issuer=scene.rogue))["documents"]
    assert shown[0] == 0xA3  # noqa: S101 - a map of three
    return b"\xa4" + shown[1:] + cbor2.dumps("documents") + cbor2.dumps(rogue)


@attack(*UNREAD, Reason.DIGEST_MISMATCH)
def item_key_twice(scene: Scene) -> bytes:
    """The issuer was made to sign an item that says no and yes."""
    salt = cbor2.dumps(b"s" * 32)
    twice = (
        b"\xa5"
        + b"".join(cbor2.dumps(each) for each in ("digestID", 0, "random"))
        + salt
        + b"".join(
            cbor2.dumps(each)
            for each in ("elementIdentifier", "age_over_18", "elementValue", False, "elementValue", True)
        )
    )
    return scene.response(items={NAMESPACE: [cbor2.dumps(cbor2.CBORTag(24, twice))]})


@attack(*UNREAD, Reason.DIGEST_MISMATCH)
def item_untagged(scene: Scene) -> bytes:
    """An item without its tag."""

    def strip(whole: dict[str, Any]) -> None:
        held = whole["documents"][0]["issuerSigned"]["nameSpaces"][NAMESPACE]
        held[0] = held[0].value

    return changed(scene.response(), strip)


@attack(*UNREAD, Reason.DIGEST_MISMATCH)
def item_other_tag(scene: Scene) -> bytes:
    """An item under another tag."""

    def retag(whole: dict[str, Any]) -> None:
        held = whole["documents"][0]["issuerSigned"]["nameSpaces"][NAMESPACE]
        held[0] = cbor2.CBORTag(63, held[0].value)

    return changed(scene.response(), retag)


@attack(*UNREAD, Reason.DIGEST_MISMATCH)
def item_followed_by_another(scene: Scene) -> bytes:
    """Inside its byte string an item is followed by a second one."""

    def follow(whole: dict[str, Any]) -> None:
        held = whole["documents"][0]["issuerSigned"]["nameSpaces"][NAMESPACE]
        further = cbor2.loads(item(0, "age_over_18", True)).value
        held[0] = cbor2.CBORTag(24, held[0].value + further)

    return changed(scene.response(), follow)


@attack(*UNREAD)
def nested_deeply(scene: Scene) -> bytes:
    """A hundred thousand lists in one another."""
    return b"\x81" * 100_000 + b"\xf6"


@attack(*UNREAD)
def nested_deeply_inside(scene: Scene) -> bytes:
    """A genuine one that carries five thousand lists in one another."""
    deep = b"\x81" * 5000 + b"\xf6"
    shown = scene.response()
    return b"\xa4" + shown[1:] + cbor2.dumps("more") + deep


@attack(*UNREAD)
def length_untrue(scene: Scene) -> bytes:
    """A list that says it has 2⁶⁰ entries."""
    return b"\x9b\x10" + bytes(7) + scene.response()


@attack(*UNREAD)
def text_untrue(scene: Scene) -> bytes:
    """Text that is no UTF-8."""
    return scene.response().replace(b"version", b"versio\xff")


@attack(*UNREAD)
def far_too_large(scene: Scene) -> bytes:
    """A genuine one with five megabytes of something."""
    return scene.response(whole=lambda whole: whole.update(more=bytes(5_000_000)))


@attack(*UNREAD)
def shared_reference(scene: Scene) -> bytes:
    """A value that refers to itself (tags 28 and 29)."""
    return cbor2.dumps({"version": "1.0", "status": 0, "documents": cbor2.CBORTag(28, [cbor2.CBORTag(29, 0)])})


def _with_status(scene: Scene, index: object, uri: object | None = None) -> bytes:
    assert scene.issuer.status  # noqa: S101 - the scene makes one
    held = {"status_list": {"idx": index, "uri": uri or scene.issuer.status.uri}}
    return scene.response(mso=lambda mso: mso.update(status=held))


@attack(Reason.REVOKED)
def revoked(scene: Scene) -> bytes:
    """The issuer took it back."""
    assert scene.issuer.status  # noqa: S101 - the scene makes one
    return _with_status(scene, REVOKED)


@attack(Reason.STATUS_UNKNOWN)
def status_list_unknown(scene: Scene) -> bytes:
    """It names a status list that nobody has."""
    return _with_status(scene, 1, "https://issuer.example/status/unknown")


@attack(Reason.STATUS_UNKNOWN, Reason.BAD_STATUS_LIST, Reason.MALFORMED, Reason.REVOKED)
def status_out_of_range(scene: Scene) -> bytes:
    """Its place lies beyond the end of the status list."""
    return _with_status(scene, 10**9)


@attack(Reason.STATUS_UNKNOWN, Reason.BAD_STATUS_LIST, Reason.MALFORMED)
def status_negative(scene: Scene) -> bytes:
    """Its place in the status list is negative: counted from the end by careless code."""
    return _with_status(scene, -1)


@attack(Reason.STATUS_UNKNOWN, Reason.BAD_STATUS_LIST, Reason.MALFORMED)
def status_text(scene: Scene) -> bytes:
    """Its place in the status list is text."""
    return _with_status(scene, "1")
