"""Deletion of what is past its retention, each hour, as the register says.

A room says how in its `retention.py`: `ERASERS = {"name": function}`, where the function is given a moment, deletes
what ended before it, and returns how many things it deleted. The register says how long. No room imports another.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import transaction

from rempart import ledger
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.privacy.register import register

logger = logging.getLogger("rempart.privacy")
Eraser = Callable[[datetime], int]


def erasers() -> dict[str, Eraser]:
    """Every room's erasers by the name of their retention. Raises ValueError when two rooms claim the same name."""
    found: dict[str, Eraser] = {}
    for config in apps.get_app_configs():
        module = f"{config.name}.retention"
        if not config.name.startswith("rempart.") or config.name == "rempart.privacy" or not find_spec(module):
            continue
        for name, eraser in import_module(module).ERASERS.items():
            if name in found:
                raise ValueError(f"two rooms erase {name}")
            found[name] = eraser
    return found


def apply_retention() -> dict[str, int]:
    """Delete everything past its retention. Returns how many things were deleted, by retention.

    Each retention is a transaction of its own, so that one that fails leaves the others done; the failure is logged
    and raised at the end.
    """
    erased: dict[str, int] = {}
    failed: Exception | None = None
    for name, eraser in erasers().items():
        days = register().retentions[name].days
        if days is None:
            continue
        try:
            with transaction.atomic():
                erased[name] = eraser(now() - timedelta(days=days))
                if erased[name]:
                    content = {"days": days, "erased": erased[name]}
                    ledger.append(Event.RETENTION_APPLIED, subject=f"privacy.retention:{name}", content=content)
        except Exception as error:
            logger.exception("retention %s could not be applied", name)
            failed = error
    if failed:
        raise failed
    return erased
