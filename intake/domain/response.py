"""The items of a FHIR QuestionnaireResponse, put at their places, with what is wrong with how they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from intake.domain.fhir_values import faults
from intake.domain.issues import Issue
from intake.domain.live import Live
from intake.domain.parts import PlanItem
from intake.domain.places import Place, Shelf

MOST_ANSWERS = 20_000
DEEPEST = 40
_WARNINGS = frozenset({"looks-like-option", "text-differs", "value-set-unknown"})


@dataclass(slots=True)
class Response:
    """
    What was sent.

    where    FHIRPath of each place that stands in the response
    told     answers of places that are worked out here
    misfits  places that have an answer of a kind that their question does not take
    """

    where: dict[Place, str] = field(default_factory=dict)
    told: dict[Place, list[dict[str, Any]]] = field(default_factory=dict)
    misfits: set[Place] = field(default_factory=set)

    def counts(self, above: Place | None) -> bool:
        """Tell whether what stands in a place can be missing: an optional group that was left out misses nothing."""
        while above is not None and above.item is not None:
            if above in self.where:
                return True
            if not (above.item.question.is_required or above.is_instance):
                return False
            above = above.parent
        return True


class Walk:
    """Reads one response into a Live."""

    def __init__(self, live: Live) -> None:
        self.live, self.plan = live, live.plan
        self.issues: list[Issue] = []
        self.sent = Response()
        self.left = MOST_ANSWERS
        self.takes: dict[str, frozenset[str]] = live.plan.takes

    def read(self, response: Mapping[str, Any]) -> Response:
        """Return what was sent; everything that is wrong with how it stands goes to `issues`."""
        self.items(
            response.get("item", []), self.plan.roots, self.live.top, self.live.shelf, ("", "QuestionnaireResponse")
        )
        return self.sent

    def items(
        self, raws: Any, items: tuple[PlanItem, ...], parent: Place, shelf: Shelf, at: tuple[str, str], depth: int = 0
    ) -> None:
        """Put the items of one level at their places, and make places for those that were not sent."""
        sent = self._by_link_id(raws, items, parent, at, depth)
        for item in items:
            given = sent.get(item.question.link_id, ())
            if item.question.type == "group" and item.question.repeats:
                self._instances(item, given, parent, shelf, at[0], depth)
            else:
                self._one(item, given, parent, shelf, at[0], depth)

    def _by_link_id(
        self, raws: Any, items: tuple[PlanItem, ...], parent: Place, at: tuple[str, str], depth: int
    ) -> dict[str, list[tuple[Mapping[str, Any], str]]]:
        found: dict[str, list[tuple[Mapping[str, Any], str]]] = {}
        if not isinstance(raws, list) or depth > DEEPEST:
            self._say("shape", parent, "The items are not where or what FHIR has them.", at[1])
            return found
        here = {item.question.link_id: item for item in items}
        last, known = -1, self.plan.by_link_id
        for number, raw in enumerate(raws):
            where = f"{at[1]}.item[{number}]"
            link_id = raw.get("linkId") if isinstance(raw, Mapping) else None
            item = here.get(link_id) if isinstance(link_id, str) else None
            if item is None or not isinstance(link_id, str):
                self._stray(raw, link_id, known, parent, where)
                continue
            if item.position < last:
                self._say("wrong-order", parent, f"{link_id} stands after what follows it.", where, link_id)
            last = max(last, item.position)
            found.setdefault(link_id, []).append((raw, where))
        return found

    def _stray(self, raw: Any, link_id: Any, known: Mapping[str, PlanItem], parent: Place, where: str) -> None:
        if not isinstance(raw, Mapping):
            self._say("shape", parent, "An item is no object.", where)
        elif not isinstance(link_id, str) or not link_id:
            self._say("no-link-id", parent, "An item has no linkId.", where)
        elif link_id in self.plan.helps:
            if raw.get("answer"):
                self._say("display-with-answers", parent, "A text to read takes no answers.", where, link_id)
        elif link_id in known:
            self._say(
                "wrong-place", parent, f"{link_id[:120]} does not stand here in the questionnaire.", where, link_id
            )
        else:
            self._say("unknown-question", parent, f"There is no question {link_id[:120]}.", where, link_id)

    def _instances(self, item: PlanItem, given: Any, parent: Place, shelf: Shelf, prefix: str, depth: int) -> None:
        live, link_id = self.live, item.question.link_id
        holder = live.place(item, prefix + link_id, parent, shelf)
        live.holders.setdefault(link_id, []).append(holder)
        for number, (raw, where) in enumerate(given[:1000]):
            place = live.instance(holder, number)
            self.sent.where[place] = self.sent.where[holder] = where
            self._group(place, raw, where, f"{place.path}/", depth)

    def _one(self, item: PlanItem, given: Any, parent: Place, shelf: Shelf, prefix: str, depth: int) -> None:
        live, link_id = self.live, item.question.link_id
        place = live.place(item, prefix + link_id, parent, shelf)
        live.spots.setdefault(link_id, []).append(place)
        if len(given) > 1:
            self._say("repeated-item", place, "This item stands more than once.", given[1][1])
        raw, where = given[0] if given else ({}, "")
        if where:
            self.sent.where[place] = where
            if raw.get("text") is not None and not self._is_text(item, raw["text"]):
                self._say("text-differs", place, "The text is not that of the questionnaire.", where)
        if item.question.type == "group":
            self._group(place, raw, where, prefix, depth)
        elif item.question.type == "display":
            if raw.get("answer") or raw.get("item"):
                self._say("display-with-answers", place, "A text to read takes no answers.", where)
        else:
            self._question(place, raw, where, prefix, depth)

    def _is_text(self, item: PlanItem, text: Any) -> bool:
        told = item.definition.get("text")
        return told is None or text == told or bool(item.definition.get("_text"))

    def _group(self, place: Place, raw: Mapping[str, Any], where: str, prefix: str, depth: int) -> None:
        if raw.get("answer"):
            self._say("group-with-answers", place, "A group takes items, no answers.", where)
        shelf = Shelf(place)
        place.shelves.append(shelf)
        below = place.item.children if place.item else ()
        self.items(raw.get("item", []), below, place, shelf, (prefix, where), depth + 1)

    def _question(self, place: Place, raw: Mapping[str, Any], where: str, prefix: str, depth: int) -> None:
        item = place.item
        if item is None:
            return
        if raw.get("item"):
            self._say("items-misplaced", place, "What follows from an answer stands inside of it.", where)
        answers = raw.get("answer", [])
        if not isinstance(answers, list):
            self._say("shape", place, "The answers are no list.", where)
            answers = []
        kept = [one for number, one in enumerate(answers) if self._answer(place, item, one, where, number)]
        self._take(place, item, kept)
        if item.children:
            self._below(place, item, [one for one in answers if isinstance(one, Mapping)], where, prefix, depth)
        elif any(isinstance(one, Mapping) and one.get("item") for one in answers):
            self._say("wrong-place", place, "Nothing stands inside of this question.", where)

    def _take(self, place: Place, item: PlanItem, answers: list[Mapping[str, Any]]) -> None:
        bare = [{name: value for name, value in one.items() if name.startswith("value")} for one in answers]
        if item.calculated is not None or (item.question.is_computed and item.initial):
            self.sent.told[place] = bare
            return
        place.answers = bare
        place.values = [value for one in bare for value in one.values()]
        place.value = (place.values if item.question.repeats else place.values[0]) if place.values else None

    def _below(
        self, place: Place, item: PlanItem, answers: list[Mapping[str, Any]], where: str, prefix: str, depth: int
    ) -> None:
        for number in range(max(1, len(answers))):
            shelf = Shelf(place)
            place.shelves.append(shelf)
            inner = prefix if number == 0 else f"{place.path}[{number}]/"
            raws = answers[number].get("item", []) if number < len(answers) else []
            self.items(raws, item.children, place, shelf, (inner, f"{where}.answer[{number}]"), depth + 1)

    def _answer(self, place: Place, item: PlanItem, answer: Any, where: str, number: int) -> bool:
        """Tell whether an answer has a value that its question takes."""
        if type(answer) is not dict:
            self._say("shape", place, "An answer is no object.", where)
            return False
        self.left -= 1
        if self.left < 0:
            if self.left == -1:
                self._say("too-large", place, f"There are more than {MOST_ANSWERS:,} answers.", where)
            return False
        names = [name for name in answer if name.startswith("value")]
        if not names:
            return False
        if len(names) > 1 or names[0] not in self.takes[item.question.link_id]:
            self.sent.misfits.add(place)
            told = " or ".join(sorted(self.takes[item.question.link_id])) or "no answer"
            self._say(
                "wrong-type", place, f"This takes {told}, not {', '.join(names)[:80]}.", f"{where}.answer[{number}]"
            )
            return False
        return self._value(place, item, names[0], answer[names[0]], f"{where}.answer[{number}]")

    def _value(self, place: Place, item: PlanItem, name: str, value: Any, where: str) -> bool:
        if "answerValueSet" in item.definition and not item.choices.is_known:
            self._say("value-set-unknown", place, "The answers to choose from are not known here.", where)
        is_sound = True
        for code, message in faults(item, name, value):
            is_sound = is_sound and code not in {"wrong-type", "not-a-date", "empty", "reference-malformed"}
            self._say(code, place, message, where)
        if not is_sound:
            self.sent.misfits.add(place)
        return is_sound

    def _say(self, code: str, place: Place, message: str, where: str, link_id: str = "") -> None:
        severity = "warning" if code in _WARNINGS else "error"
        path = f"{place.path}/{link_id}" if link_id and place.path else place.path or link_id
        self.issues.append(Issue(code, severity, link_id or place.link_id, path, message, {"expression": where}))
