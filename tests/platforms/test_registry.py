"""Which platform an account belongs to, and what is refused when one is set up."""

import pytest

from rempart.ledger.models import LedgerRow
from rempart.platforms.errors import PlatformRefused
from rempart.platforms.models import Platform
from rempart.platforms.registry import covers, platform_for
from rempart.platforms.services import add_platform, change_platform, secret_of
from rempart.records import AccountReference


@pytest.mark.parametrize(
    ("account", "covered"),
    [
        (AccountReference("matrix", "@leo:example.org"), True),
        (AccountReference("matrix", "@leo:example.org:8448"), False),
        (AccountReference("matrix", "@leo:elsewhere.example"), False),
        (AccountReference("matrix", "@leo:example.org", "@leo:elsewhere.example"), False),
    ],
)
def test_a_platform_covers_its_own_servers_only(account, covered):
    assert covers(Platform(service="matrix", hosts=["example.org"]), account) is covered


def test_an_equal_handle_on_another_service_is_not_covered(memory):
    assert platform_for(AccountReference("tiktok", "leo")) == memory.platform
    assert platform_for(AccountReference("snapchat", "leo")) is None


def test_a_platform_that_is_off_covers_nobody(memory):
    change_platform(memory.platform, enabled=False, acting=None)
    assert platform_for(AccountReference("tiktok", "leo")) is None


def test_a_secret_is_sealed_and_in_no_ledger(memory):
    changed = change_platform(memory.platform, secret="open sesame", acting=None)
    assert b"sesame" not in bytes(changed.secret)
    assert secret_of(changed) == "open sesame"
    contents = LedgerRow.objects.filter(subject=f"platforms.platform:{changed.pk}").select_related("content")
    assert not any("sesame" in row.content.canonical for row in contents)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", {"name": "two words"}),
        ("name", {"name": "there"}),
        ("service", {"service": "myspace"}),
        ("kind", {"kind": "carrier-pigeon"}),
        ("hosts", {"hosts": ["example.org"]}),
        ("address", {"address": "ftp://example.org"}),
        ("address", {"address": "http://example.org"}),
        ("address", {"address": "https://user:word@example.org"}),
        ("address", {"address": "https://example.org/?token=1"}),
        ("settings", {"address": "http://localhost:1"}),
    ],
)
def test_what_cannot_work_is_refused_by_the_name_of_its_field(memory, field, wrong):
    good = {"name": "other", "kind": "memory", "service": "tiktok", "address": memory.platform.address}
    given = good | wrong
    with pytest.raises(PlatformRefused) as refusal:
        add_platform(given.pop("name"), **given, acting=None)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "address", ["http://localhost:8008", "http://synapse:8008", "http://10.0.0.7", "https://a.example"]
)
def test_within_ones_own_network_an_address_may_be_plain(address, memory, monkeypatch):
    from platforms.memory import PLATFORMS, MemoryPlatform

    monkeypatch.setitem(PLATFORMS, address, MemoryPlatform())
    assert add_platform("other", kind="memory", service="tiktok", address=address, acting=None).address == address
