"""The record of everything done: append, the sequencer, verification and erasure that keeps every proof."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rempart.ledger.events import Event
    from rempart.ledger.services import OutsideTransaction, append, erase

__all__ = ["Event", "OutsideTransaction", "append", "erase"]


def __getattr__(name: str) -> Any:
    # Django imports this package before its models may be imported.
    if name == "Event":
        from rempart.ledger import events

        return events.Event
    if name in __all__:
        from rempart.ledger import services

        return getattr(services, name)
    raise AttributeError(name)
