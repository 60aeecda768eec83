"""People and files."""

import pytest

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


@pytest.fixture
def png() -> bytes:
    """A content that is recognised as an image."""
    return PNG


@pytest.fixture
def child_safety(staff_member):
    """Somebody who looks after children's safety, and nothing else."""
    return staff_member("child_safety", name="Nadia Roche")


@pytest.fixture
def reviewer(staff_member):
    """A reviewer."""
    return staff_member("reviewer", name="Inès Caron")
