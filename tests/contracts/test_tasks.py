"""What goes into the broker: ids as text, and nothing else."""

import inspect

import pytest
from django.conf import settings

from config.celery import app
from tests.contracts.product import APPS


def tasks():
    """Return the tasks of the product by name."""
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if name.partition(".")[0] in APPS}


every_task = pytest.mark.parametrize("name", sorted(tasks()))


@every_task
def test_arguments_of_a_task_are_ids_by_name(name):
    parameters = inspect.signature(tasks()[name].run, eval_str=True).parameters.values()
    # `**_later` lets an older worker take the message of a newer sender.
    named = [one for one in parameters if one.kind is not inspect.Parameter.VAR_KEYWORD]

    assert {one.kind for one in named} <= {inspect.Parameter.KEYWORD_ONLY}
    assert [one.name for one in named if not one.name.endswith("_id") or one.annotation is not str] == []


@every_task
def test_task_takes_what_a_later_version_may_send(name):
    kinds = [one.kind for one in inspect.signature(tasks()[name].run).parameters.values()]

    assert inspect.Parameter.VAR_KEYWORD in kinds


def test_every_entry_of_the_timetable_is_a_task_without_arguments():
    entries = settings.CELERY_BEAT_SCHEDULE.values()

    assert {entry["task"] for entry in entries} <= set(tasks())
    assert [entry for entry in entries if entry.get("args") or entry.get("kwargs")] == []


def test_messages_are_json_and_answers_are_not_kept():
    assert app.conf.task_serializer == "json"
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_ignore_result
    assert app.conf.result_backend is None
