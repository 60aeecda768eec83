"""How announcements are erased; messages leave with what they are about (`services.erase_conversations`)."""

from datetime import datetime

from rempart.correspondence.models import Delivery


def erase_deliveries(before: datetime) -> int:
    """Announcements written before that moment. Attempts end days after it, so that none still waits."""
    return Delivery.objects.filter(created_at__lt=before, next_at=None).delete()[0]


ERASERS = {"delivery": erase_deliveries}
