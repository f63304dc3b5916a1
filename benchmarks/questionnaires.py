"""
The questionnaire engine: one instrument, the largest form, one keystroke, one autosave, memory.

    python3 run.py bench questionnaires            everything
    python3 run.py bench questionnaires --quick    fewer repetitions

CPU time unless a figure says otherwise. Floors: JSON decoding of the same response; a bare INSERT through the same
middleware. Peer: fhirpath.js in the same run, left out with a word where Node or the npm package cannot be had. The
largest form is of the public corpus beside the checkout; without it, that part is left out with a word.
"""

import gc
import json
import os
import random
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks._stage import Figures, options, p50, p95, say, stage, timed  # isort: split

from django.db import connection
from django.test import override_settings
from rest_framework.test import APIClient

from benchmarks import _vs_fhirpath
from intake.domain.evaluate import evaluate
from intake.domain.live import Live
from intake.domain.plan import Plan, compile_plan
from intake.domain.scores import scored
from intake.domain.validate import prove, read_response
from tests.factories.intake import QuestionnaireResponseFactory
from tests.intake.domain.answering import answers_for, places

HERE = Path(__file__).resolve().parent.parent
LINE = HERE / "intake" / "catalogue" / "stress-and-anxiety"
CORPUS = Path(os.environ.get("ANTEROOM_CORPUS") or HERE.parent / "shared" / "corpus")
LARGEST = "questionnaires/79cb89ea00c7.json"
SIZES = (30, 300, 800)
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
NOW = datetime.now(UTC)


def main() -> None:
    """Measure part after part."""
    given = options(__doc__, numbers=[("times", 20_000, "repetitions of the shortest work")])
    figures = Figures("Questionnaires: the engine against its floors and its peer", given)
    peer = _peer()
    instrument(figures, given.times, peer=peer)
    largest(figures, max(3, given.times // 1_000), peer=peer)
    keystrokes(figures, max(50, given.times // 20))
    memory(figures)
    with stage():
        autosave(figures, max(50, given.times // 50))
    figures.close()


def instrument(figures: Figures, times: int, *, peer: bool) -> None:
    """Validate and score one completed PHQ-9: what the total says is worked out again, not believed."""
    say("One completed PHQ-9")
    definition = json.loads((LINE / "questionnaires" / "phq-9.json").read_text())
    rule = next(one for one in json.loads((LINE / "scores.json").read_text()) if one["instrument"] == "phq-9")
    plan = compile_plan(definition)
    evaluation = evaluate(plan, {f"phq-9-item-{number}": "LA6569-3" for number in range(1, 10)}, now=NOW)
    response = {
        "resourceType": "QuestionnaireResponse", "questionnaire": plan.url, "status": "completed",
        "item": evaluation.response["item"],
    }  # fmt: skip
    text = json.dumps(response)

    def judged() -> Any:
        return scored(rule, plan, prove(plan, response, now=NOW) or {})

    assert judged().value == 9
    ours = cpu(judged, times)
    figures.add("phq9_validate_and_score", ours, "µs", "at most 50")
    floor = cpu(lambda: json.loads(text), times)
    figures.add("phq9_json_decoding", floor, "µs")
    figures.add("phq9_to_json_decoding", ours / floor, "times")
    figures.add("phq9_the_long_way", cpu(lambda: read_response(plan, response, now=NOW), times // 10), "µs")
    if peer:
        expressions = [(name, expression.text) for name, expression in plan.variables]
        expressions.append(("result", plan.item("phq-9-total").calculated.text))  # type: ignore[union-attr]
        job = {
            "questionnaire": definition,
            "response": response,
            "expressions": expressions,
            "times": max(20, times // 20),
        }
        told = _vs_fhirpath.ask([job, job])[1]
        assert told["value"] == [9]
        figures.add("phq9_fhirpath_js_score_only", told["microseconds"], "µs")
        figures.add("phq9_fhirpath_js_to_ours", told["microseconds"] / ours, "times")


def largest(figures: Figures, times: int, *, peer: bool) -> None:
    """Work out everything in the largest form of the corpus."""
    if not (CORPUS / LARGEST).is_file():
        say(f"The largest form is left out: there is no corpus in {CORPUS}.")
        return
    say("The largest form of the corpus")
    definition = json.loads((CORPUS / LARGEST).read_text(encoding="utf-8-sig"))
    figures.add("largest_compile", cpu(lambda: compile_plan(definition), 3) / 1000, "ms")
    plan = compile_plan(definition)
    answers = answers_for(plan, random.Random(1), share=1, instances=1)
    live = Live(plan, now=NOW).fill(answers)
    figures.add("largest_items", len(plan.items))
    figures.add("largest_expressions_and_conditions", len(plan.graph.steps))
    ours = cpu(lambda: Live(plan, now=NOW).fill(answers), times) / 1000
    figures.add("largest_recalculation", ours, "ms", "at most 30")
    text = json.dumps(live.response)
    figures.add("largest_to_json_decoding", ours * 1000 / cpu(lambda: json.loads(text), times), "times")
    if peer:
        launch: dict[str, Any] = {name: [] for name in plan.given}
        job = {"questionnaire": definition, "places": places(live), "launch": launch}
        told = _vs_fhirpath.ask([job, job])[1]
        each = told["milliseconds"] / told["rounds"]
        figures.add("largest_fhirpath_js_one_round", each, "ms")
        figures.add("largest_fhirpath_js_to_ours", each / ours, "times")


def keystrokes(figures: Figures, times: int) -> None:
    """Change one answer on which a condition, a sum and a calculated value depend, in forms of several lengths."""
    say("One keystroke")
    taken = {}
    for size in SIZES:
        plan = form(size)
        live = Live(plan, now=NOW).fill({f"q{number}": 1 for number in range(size)})
        values = iter(range(10**9))

        def press(live: Live = live, values: Any = values) -> None:
            live.touched.clear()
            live.put({"q3": next(values) % 7})

        taken[size] = cpu(press, times)
        figures.add(f"keystroke_{size}_items", taken[size], "µs")
    figures.add("keystroke_longest_to_shortest", taken[SIZES[-1]] / taken[SIZES[0]], "times", "about 1")


def form(size: int) -> Plan:
    """Return a form of pages of ten questions; each page has a sum, and a question that one answer opens."""

    def page(number: int) -> dict[str, Any]:
        names = [f"q{number * 10 + place}" for place in range(8)]
        wanted = " or ".join(f"linkId = '{name}'" for name in names)
        told = f"%resource.repeat(item).where({wanted}).answer.value.sum()"
        total = {
            "url": f"{SDC}calculatedExpression",
            "valueExpression": {"language": "text/fhirpath", "expression": told},
        }
        when = {"question": names[3], "operator": ">", "answerInteger": 3}
        return {
            "linkId": f"p{number}", "type": "group", "item": [
                *({"linkId": name, "type": "integer", "text": name} for name in names),
                {"linkId": f"t{number}", "type": "integer", "readOnly": True, "text": "Sum", "extension": [total]},
                {"linkId": f"w{number}", "type": "string", "text": "Why?", "enableWhen": [when]},
            ],
        }  # fmt: skip

    return compile_plan({"item": [page(number) for number in range(size // 10)]})


def memory(figures: Figures) -> None:
    """Say how much memory compiled forms keep, their definition included."""
    say("Memory")
    files = {"phq9": LINE / "questionnaires" / "phq-9.json", "largest": CORPUS / LARGEST}
    for name, path in files.items():
        if path.is_file():
            text = path.read_text(encoding="utf-8-sig")
            gc.collect()
            tracemalloc.start()
            kept = compile_plan(json.loads(text))
            gc.collect()
            size = tracemalloc.get_traced_memory()[0]
            tracemalloc.stop()
            figures.add(f"memory_{name}", size / 1024, "KiB")
            figures.add(f"memory_{name}_to_its_text", size / len(text), "times")
            del kept


def autosave(figures: Figures, times: int) -> None:
    """Save one answer through HTTP, and insert one row through the same middleware; wall time, disk included."""
    say("One autosave")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_insert (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body jsonb)")
    response = QuestionnaireResponseFactory()
    client = APIClient()
    client.force_authenticate(response.patient.user)
    address = f"/api/v1/questionnaire-responses/{response.pk}/answers/"
    sequence = iter(range(1, 10**9))

    def body() -> dict[str, Any]:
        number = next(sequence)
        answers = [{"link_id": "hours", "value": number % 9}]
        return {"client_id": "bench", "sequence": number, "base_revision": number - 1, "answers": answers}

    def save(path: str) -> Callable[[], None]:
        def post() -> None:
            answer = client.post(path, body(), format="json")
            assert answer.status_code == 200, answer.content

        return post

    with override_settings(ROOT_URLCONF="benchmarks._bare_insert"):
        ours, bare = timed(save(address), times=times), timed(save("/bare-insert/"), times=times)
    figures.add("autosave_p50", p50(ours), "ms")
    figures.add("autosave_p95", p95(ours), "ms")
    figures.add("bare_insert_p50", p50(bare), "ms")
    figures.add("autosave_to_bare_insert", p50(ours) / p50(bare), "times", "at most 3")


def cpu(work: Callable[[], Any], times: int) -> float:
    """Return the microseconds of CPU of one call: the best of five rows of calls, so that neighbors do not count."""
    rows, each = [], max(1, times // 5)
    work()
    for _ in range(5):
        began = time.process_time_ns()
        for _ in range(each):
            work()
        rows.append((time.process_time_ns() - began) / each / 1000)
    return min(rows)


def _peer() -> bool:
    try:
        _vs_fhirpath.ready(install=True)
    except _vs_fhirpath.Missing as missing:
        say(f"fhirpath.js is left out: {missing}")
        return False
    return True


if __name__ == "__main__":
    main()
