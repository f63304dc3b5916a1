"""What only administrators may do: the one refusal of every flow that changes how the clinic works."""

from config.core.errors import NotAllowed
from config.core.models import Role, User


class NotAnAdministrator(NotAllowed):
    """Ask an administrator."""

    code = "not-an-administrator"


class OnlyAdministrators(NotAllowed):
    """Ask an administrator: words and questions are theirs to change."""

    code = "only-administrators"
    title = "Only administrators may change this"


def require(by: User) -> None:
    """Raise NotAnAdministrator unless `by` is one."""
    if by.role != Role.ADMIN:
        raise NotAnAdministrator("Only administrators may do this.")


def require_for(what: str, *, by: User) -> None:
    """Raise OnlyAdministrators unless `by` is one; `what` they would change ends the sentence."""
    if by.role != Role.ADMIN:
        raise OnlyAdministrators(f"Only administrators change {what}.")
