"""What only administrators may do: the one refusal of every flow that changes how the clinic works."""

from config.core.errors import NotAllowed
from config.core.models import Role, User


class NotAnAdministrator(NotAllowed):
    """Ask an administrator."""

    code = "not-an-administrator"


def require(by: User) -> None:
    """Raise NotAnAdministrator unless `by` is one."""
    if by.role != Role.ADMIN:
        raise NotAnAdministrator("Only administrators may do this.")
