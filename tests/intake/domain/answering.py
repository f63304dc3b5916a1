"""Made-up answers to any questionnaire, and what the engine makes of them, in a form that others understand."""

from intake.domain.stored import given

PLAIN = {
    "boolean": (True, False),
    "integer": (0, 1, 5, 42),
    "decimal": (0.5, 2, 70.25),
    "string": ("x", "some words"),
    "text": ("x", "some\nlines"),
    "date": ("2020-02-29", "1985-03-08"),
    "dateTime": ("2020-02-29T10:00:00Z",),
    "time": ("10:30:00",),
    "url": ("http://example.org/x",),
}


def answers_for(plan, dice, *, share=0.8, instances=2):
    """Return {path: value} of a part of the questions, drawn by `dice`; calculated ones are left out."""
    found = {}

    def walk(items, prefix):
        for item in items:
            question, path = item.question, prefix + item.link_id
            if question.type == "group" and question.repeats:
                for number in range(dice.randint(0, instances)):
                    walk(item.children, f"{path}[{number}]/")
                continue
            if question.is_asked and not question.is_computed and dice.random() < share:
                value = drawn(question, dice)
                if value is not None:
                    found[path] = [value] if question.repeats else value
            walk(item.children, prefix)

    walk(plan.roots, "")
    return found


def drawn(question, dice):
    if question.type in {"choice", "open-choice"}:
        return dice.choice(question.options).value if question.options else None
    if question.type == "quantity":
        unit = dice.choice(question.units) if question.units else None
        return {"value": dice.choice((1, 5.5, 70)), **({"unit": unit.label, **unit.value} if unit else {})}
    return dice.choice(PLAIN[question.type]) if question.type in PLAIN else None


def places(live):
    """Return every place of a response as plain JSON."""
    return [
        {
            "path": place.path,
            "linkId": place.link_id,
            "parent": place.parent.path if place.parent else "",
            "own": dict(place.own),
            "isInstance": place.is_instance,
            "isHolder": place.item.question.type == "group" and place.item.question.repeats and not place.is_instance,
            "answers": [] if place.item.calculated else [given(place.item.question, one) for one in place.values],
        }
        for place in live.all()
    ]
