"""What becomes of a message that is handed to somebody else."""

from dataclasses import dataclass
from enum import Enum
from uuid import UUID


class Result(Enum):
    """What became of one message; UNKNOWN when the other side may or may not have taken it."""

    SENT = "sent"
    REFUSED = "refused"
    RETRY = "retry"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What became of one message, and what to remember of it.

    provider_id   the other side's name for the message; empty when it gave none
    why           a code for the ledger, such as "smtp-550"; never words of the other side
    is_reachable  False when the other side could not be talked to at all: the next message would fail alike
    gone          devices that the other side knows no more
    """

    result: Result
    provider_id: str = ""
    why: str = ""
    is_reachable: bool = True
    gone: tuple[UUID, ...] = ()
