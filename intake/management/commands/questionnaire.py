"""The questionnaire engine on files of anybody: no server and no database is needed, except to publish."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from intake.adapters import catalogue, json_file
from intake.domain.evaluate import read
from intake.domain.issues import Issue
from intake.domain.lint import lint
from intake.domain.live import Live
from intake.domain.places import Place
from intake.domain.plan import Plan, PlanRefused, compile_plan
from intake.domain.scores import points, score
from intake.domain.validate import read_response, validate
from intake.fhir.operation_outcome import operation_outcome
from intake.management.publishing import administrator, published


class Command(BaseCommand):
    """
    Check, validate and evaluate FHIR R4 files.

    check FILE...                       one JSON line a file; ends with 1 when one was refused
    validate QUESTIONNAIRE RESPONSE     an OperationOutcome; ends with 1 when it has errors
    evaluate QUESTIONNAIRE RESPONSE     JSON: enabled paths, calculated values, scores
    load FOLDER                         publish every questionnaire of a folder; ends with 1 when one was refused
    """

    help = "Check, validate and evaluate FHIR R4 Questionnaires and their responses."
    requires_system_checks: list[str] = []  # no database is needed

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read what is to be done, and with which files."""
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("check", help="Whether each file can be imported, and why not.")
        check.add_argument("files", nargs="+", type=Path, metavar="FILE")
        load = actions.add_parser("load", help="Publish every Questionnaire of a folder; needs the database.")
        load.add_argument("folder", type=Path, metavar="FOLDER")
        load.add_argument("--by", help="Email of the administrator who publishes; the first one when left out.")
        for name, words in (
            ("validate", "Whether a QuestionnaireResponse answers its Questionnaire."),
            ("evaluate", "What is asked, calculated and scored."),
        ):
            action = actions.add_parser(name, help=words)
            action.add_argument("questionnaire", type=Path, metavar="QUESTIONNAIRE")
            action.add_argument("response", type=Path, metavar="RESPONSE")
            action.add_argument("--now", type=datetime.fromisoformat, help="What now() and today() say.")
            action.add_argument(
                "--launch", action="append", default=[], metavar="NAME=FILE", help="A resource as %%NAME."
            )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do what was asked for."""
        if options["action"] == "check":
            refused = [path for path in options["files"] if not self._check(path)]
            if refused:
                raise SystemExit(1)
        elif options["action"] == "load":
            self._load(options["folder"], options["by"])
        elif options["action"] == "validate":
            self._validate(options)
        else:
            self._evaluate(options)

    def _check(self, path: Path) -> bool:
        try:
            definition = json_file.read(path)
            issues = lint(definition)
        except json_file.Unreadable as error:
            definition, issues = {}, (Issue(error.code, "error", "", "", str(error)),)
        is_imported = not any(issue.severity == "error" for issue in issues)
        told = definition if isinstance(definition, Mapping) else {}
        self._print(
            {
                "file": str(path),
                "result": "imported" if is_imported else "refused",
                **{name: told[name] for name in ("url", "version", "title") if isinstance(told.get(name), str)},
                "issues": [_told(issue) for issue in issues],
            }
        )
        return is_imported

    def _load(self, folder: Path, email: str | None) -> None:
        by = administrator(email)
        paths = sorted(folder.rglob("*.json")) if folder.is_dir() else []
        if not paths:
            raise CommandError(f"There is no JSON file in {folder}.")
        refused = 0
        for number, path in enumerate(paths, start=1):
            told = published(path, by)
            refused += told.startswith("refused")
            self.stdout.write(f"{number}/{len(paths)} {path.relative_to(folder)}: {told}")
        self.stdout.write(f"{len(paths) - refused} of {len(paths)} are published.")
        if refused:
            raise SystemExit(1)

    def _validate(self, options: Mapping[str, Any]) -> None:
        try:
            plan = compile_plan(json_file.read(options["questionnaire"]))
            response = json_file.read(options["response"], exact=True)
            issues: Iterable[Issue] = validate(plan, response, now=_now(options), launch=_launch(options))
        except json_file.Unreadable as error:
            issues = [Issue(error.code, "error", "", "", str(error))]
        except PlanRefused as refused:
            issues = [Issue(one.code, one.severity, one.link_id, one.path, one.detail) for one in refused.issues]
        told = tuple(issues)
        self._print(operation_outcome(told), indent=2)
        if any(issue.severity == "error" for issue in told):
            raise SystemExit(1)

    def _evaluate(self, options: Mapping[str, Any]) -> None:
        try:
            definition = json_file.read(options["questionnaire"])
            plan = compile_plan(definition)
            response = json_file.read(options["response"])
            live, issues = read_response(plan, response, now=_now(options), launch=_launch(options))
        except json_file.Unreadable as error:
            raise CommandError(str(error)) from error
        except PlanRefused as refused:
            raise CommandError(f"The questionnaire is refused. {refused}") from refused
        if any(issue.code == "resource-type" for issue in issues):
            raise CommandError(issues[0].message)
        self._print(_evaluated(plan, live), indent=2)

    def _print(self, value: Any, indent: int | None = None) -> None:
        self.stdout.write(json.dumps(value, ensure_ascii=False, indent=indent))


def _evaluated(plan: Plan, live: Live) -> dict[str, Any]:
    evaluation = read(live)
    shipped = [one for line in catalogue.lines() for one in line.scores if one["questionnaire"] == plan.url]
    scores = [score(one, plan, evaluation) for one in shipped] or [points(plan, evaluation)]
    return {
        "enabled": [place.path for place in live.all() if _is_asked(place)],
        "calculated": evaluation.calculated,
        "scores": [
            {"instrument": one.instrument, "value": one.value, "band": one.band, "answered": one.answered, "of": one.of}
            for one in scores
            if one.of
        ],
    }


def _is_asked(place: Place) -> bool:
    return place.asked and not place.is_instance


def _told(issue: Issue) -> dict[str, str]:
    return {
        "severity": issue.severity, "code": issue.code, "link_id": issue.link_id, "path": issue.path,
        "detail": issue.message,
    }  # fmt: skip


def _now(options: Mapping[str, Any]) -> datetime:
    told: datetime | None = options["now"]
    if told is None:
        return timezone.now()
    return told if told.tzinfo else timezone.make_aware(told)


def _launch(options: Mapping[str, Any]) -> dict[str, Any]:
    pairs = [one.partition("=") for one in options["launch"]]
    return {name: json_file.read(Path(path)) for name, _, path in pairs}
