"""Account references: one way to write each, whatever people typed."""

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rempart.records import AccountReference
from rempart.records.lookalikes import LOOKALIKES
from rempart.records.references import SERVICES, canonical_handle, parse_profile, parse_reference

services = st.sampled_from(SERVICES)
# Letters that fold, unfold, vanish or change case in unexpected ways, and what people put around a handle.
awkward = st.sampled_from(
    [
        *"@./:?#%-_~*|\\ &'\"«»“”’‘([{<>)]}…,;!",
        *"abLé0İſKßﬁ０①",
        "\u200b",
        "\u0301",
        "\u00ad",
        "\ufeff",
        "%2F",
        "%40",
        "/@",
    ]
)
addresses = st.builds(
    "{}{}/{}".format,
    st.sampled_from(["https://", "http://", ""]),
    st.sampled_from(["www.tiktok.com", "snapchat.com", "instagram.com", "x.com", "t.me", "matrix.to", "mamot.example"]),
    st.lists(st.one_of(awkward, st.characters()), max_size=20).map("".join),
)
handles = st.one_of(
    st.text(max_size=60), st.lists(st.one_of(awkward, st.characters()), max_size=30).map("".join), addresses
)

PROFILES = [
    ("https://www.tiktok.com/@leo.vrtx", "tiktok", "leo.vrtx"),
    ("https://www.tiktok.com/@Leo.Vrtx?lang=fr&is_from_webapp=1", "tiktok", "leo.vrtx"),
    ("tiktok.com/@leo.vrtx/video/7291", "tiktok", "leo.vrtx"),
    ("https://m.tiktok.com/@leo.vrtx/", "tiktok", "leo.vrtx"),
    ("https://www.snapchat.com/add/Leo_Vrtxx", "snapchat", "leo_vrtxx"),
    ("https://www.snapchat.com/fr-FR/add/leo_vrtxx", "snapchat", "leo_vrtxx"),
    ("https://snapchat.com/@leo_vrtxx", "snapchat", "leo_vrtxx"),
    ("https://www.instagram.com/enzo.mrq.pv/", "instagram", "enzo.mrq.pv"),
    ("https://instagram.com/stories/enzo.mrq.pv/31", "instagram", "enzo.mrq.pv"),
    ("https://ig.me/m/enzo.mrq.pv", "instagram", "enzo.mrq.pv"),
    ("https://www.facebook.com/enzo.mrq", "facebook", "enzo.mrq"),
    ("https://fr-fr.facebook.com/profile.php?id=100012345678901", "facebook", "100012345678901"),
    ("https://m.me/enzo.mrq", "facebook", "enzo.mrq"),
    ("https://www.messenger.com/t/enzo.mrq", "facebook", "enzo.mrq"),
    ("https://twitter.com/noemie_lbt/status/20", "twitter", "noemie_lbt"),
    ("https://x.com/noemie_lbt", "twitter", "noemie_lbt"),
    ("https://www.youtube.com/@KyloBrnt", "youtube", "kylobrnt"),
    ("https://www.youtube.com/c/KyloBrnt/videos", "youtube", "kylobrnt"),
    ("https://www.twitch.tv/Lorik_B", "twitch", "lorik_b"),
    ("https://discord.com/users/123456789012345678", "discord", "123456789012345678"),
    ("https://t.me/lorik_b", "telegram", "lorik_b"),
    ("https://t.me/s/lorik_b", "telegram", "lorik_b"),
    ("https://wa.me/33612345678", "whatsapp", "33612345678"),
    ("https://bere.al/noemie", "bereal", "noemie"),
    ("https://bsky.app/profile/lilou-perche.example", "bluesky", "lilou-perche.example"),
    ("https://bsky.app/profile/did:plc:2EyqX3/post/3kd", "bluesky", "did:plc:2EyqX3"),
    ("https://piaille.example/@Eulalie", "mastodon", "eulalie@piaille.example"),
    ("https://piaille.example/@wivine@mamot.example", "mastodon", "wivine@mamot.example"),
    ("https://matrix.to/#/@Noemie:serveur.example", "matrix", "@noemie:serveur.example"),
    ("https://www.reddit.com/user/Noemie_L/comments", "reddit", "noemie_l"),
    ("https://old.reddit.com/u/noemie_l", "reddit", "noemie_l"),
    ("https://vsco.co/noemie/gallery", "vsco", "noemie"),
    ("https://kik.me/noemie", "kik", "noemie"),
    ("https://yubo.live/u/noemie", "yubo", "noemie"),
    ("https://www.roblox.com/fr/users/261/profile", "roblox", "261"),
]


@given(handles, services)
@example("@@Leo.Vrtx.»", "tiktok")
@example("tiktok.com/@tiktok.com%2F@x", "tiktok")
@example("DID:PLC:AbC.", "bluesky")
@example("İ\u0301", "snapchat")
def test_canonicalising_twice_changes_nothing(handle, service):
    once = canonical_handle(handle, service)
    assert canonical_handle(once, service) == once


@given(handles, services)
def test_a_canonical_handle_is_lower_case_without_spaces_or_wrapping(handle, service):
    canonical = canonical_handle(handle, service)
    if not canonical.startswith("did:"):
        assert canonical == canonical.lower()
    assert not any(character.isspace() for character in canonical)
    assert not canonical.endswith((".", ",", ")", "»", "!"))
    assert service == "matrix" or not canonical.startswith("@")


@given(handles, services)
def test_a_reference_is_made_of_any_text_or_refused_by_name(handle, service):
    try:
        reference = AccountReference(service, handle)
    except ValueError as error:
        assert "`handle`" in str(error)  # noqa: PT017
    else:
        assert msgspec.json.decode(msgspec.json.encode(reference), type=AccountReference) == reference


@given(st.text(max_size=80))
def test_any_text_names_a_profile_or_none(text):
    profile = parse_profile(text)
    assert profile is None or canonical_handle(profile[1], profile[0]) == profile[1]


@pytest.mark.parametrize(("address", "service", "handle"), PROFILES)
def test_a_profile_address_names_its_account(address, service, handle):
    assert parse_profile(address) == (service, handle)


@pytest.mark.parametrize(("address", "service", "handle"), PROFILES)
def test_a_profile_address_given_as_a_handle_is_understood(address, service, handle):
    assert AccountReference(service, address).handle == handle


def test_every_service_with_profile_pages_was_tried():
    assert {service for _, service, _ in PROFILES} == set(SERVICES) - {"web", "other"}


@pytest.mark.parametrize(
    "address",
    [
        "https://www.tiktok.com/tag/balancetontiktokeur",
        "https://www.instagram.com/p/CxYz12/",
        "https://www.instagram.com/explore/tags/x/",
        "https://x.com/search?q=balancetontiktokeur",
        "https://x.com/hashtag/balancetontiktokeur",
        "https://www.facebook.com/groups/1234",
        "https://www.twitch.tv/directory",
        "https://t.me/joinchat/AAAA",
        "https://journalduweb.example/balancetontiktokeur",
        "leo.vrtx",
        "",
    ],
)
def test_an_address_that_is_no_profile_names_none(address):
    assert parse_profile(address) is None


@pytest.mark.parametrize(
    ("typed", "service", "canonical"),
    [
        ("@Leo.Vrtx", "tiktok", "leo.vrtx"),
        ("  leo.vrtx… ", "tiktok", "leo.vrtx"),
        ("«@leo.vrtx»", "tiktok", "leo.vrtx"),
        ("LEO_VRTXX!!!", "snapchat", "leo_vrtxx"),
        ("lеo.vrtx", "tiktok", "leo.vrtx"),
        ("l\u200beo.vr\u00adtx", "tiktok", "leo.vrtx"),
        ("ｌｅｏ．ｖｒｔｘ", "tiktok", "leo.vrtx"),
        ("𝓁𝑒𝑜.𝓋𝓇𝓉𝓍", "tiktok", "leo.vrtx"),
        ("_leo_", "instagram", "_leo_"),
        ("@Eulalie@Piaille.example", "mastodon", "eulalie@piaille.example"),
        ("Noemie:serveur.example", "matrix", "@noemie:serveur.example"),
        ("did:plc:AbC", "bluesky", "did:plc:AbC"),
        ("chloé", "snapchat", "chloé"),
        ("@leo.vrtx🔥🔥", "tiktok", "leo.vrtx"),
        ("leo.vrtx❤️", "tiktok", "leo.vrtx"),
        ("leo.vrtx's", "tiktok", "leo.vrtx"),
        ("สวัสดี", "tiktok", "สวัสดี"),
        ("/u/Noemie_L", "reddit", "noemie_l"),
        ("+33 6 12 34 56 78", "whatsapp", "33612345678"),
    ],
)
def test_a_handle_has_one_way_to_be_written(typed, service, canonical):
    assert canonical_handle(typed, service) == canonical


@pytest.mark.parametrize("look_alike", sorted(LOOKALIKES))
def test_every_look_alike_letter_becomes_an_ascii_one(look_alike):
    assert canonical_handle(f"a{chr(look_alike)}b", "tiktok").isascii()


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("snapchat:leo_vrtxx", ("snapchat", "leo_vrtxx")),
        ("https://www.instagram.com/enzo.mrq.pv", ("instagram", "enzo.mrq.pv")),
        ("@Leo.Vrtx", ("tiktok", "leo.vrtx")),
        ("Instagram:@enzo", ("instagram", "enzo")),
        ("(https://www.instagram.com/enzo.mrq.pv/).", ("instagram", "enzo.mrq.pv")),
    ],
)
def test_a_reference_is_read_from_what_a_person_typed(text, reference):
    assert parse_reference(text, default_service="tiktok") == AccountReference(*reference)


@pytest.mark.parametrize("text", ["", "@", " … ", "snapchat:", "\u200b"])
def test_nothing_is_no_reference(text):
    with pytest.raises(ValueError, match="`handle` is empty"):
        parse_reference(text, default_service="tiktok")


def test_a_reference_is_written_as_service_and_handle():
    assert str(AccountReference("snapchat", "@Leo_Vrtxx")) == "snapchat:leo_vrtxx"
