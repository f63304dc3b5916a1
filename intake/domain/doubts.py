"""What can be wrong with a definition, said with a stable code, a place and plain words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doubt:
    """
    One thing about a definition.

    code      stable
    link_id   of the item; empty for the whole questionnaire
    detail    plain words for the author
    path      linkIds from the top down to the item, with ` > ` between them
    severity  `error` blocks publishing, `warning` does not
    """

    code: str
    link_id: str
    detail: str
    path: str = ""
    severity: str = "error"


class PlanRefused(ValueError):
    """The definition cannot be asked; `issues` says why."""

    def __init__(self, issues: tuple[Doubt, ...]) -> None:
        super().__init__("; ".join(f"{one.link_id}: {one.detail}" for one in issues[:20]))
        self.issues = issues
