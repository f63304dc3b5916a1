"""Triggers that put a clinician's open times in doubt, whoever changes what they follow from."""

import pgtrigger

# The row's own id is the cause; OLD stands for what is deleted.
_ROW = "COALESCE(NEW.id, OLD.id)"


def doubts(*, name: str, of: str, when: str = "", operation: pgtrigger.Operation | None = None) -> pgtrigger.Trigger:
    """
    Return the trigger that writes an OpenTimeChange for each clinician whom a changed row concerns.

    of    SQL that selects the ids of those clinicians, over NEW and OLD
    when  SQL over NEW and OLD; without it every change counts
    """
    insert = f"INSERT INTO providers_opentimechange (practitioner_id, cause) SELECT found.id, {_ROW} FROM ({of}) AS found (id);"  # noqa: S608  written by us
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=operation or (pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete),
        func=f"IF {when} THEN {insert} END IF; RETURN NULL;" if when else f"{insert} RETURN NULL;",
    )


def ends(*, name: str, cause: str, at: str) -> pgtrigger.Trigger:
    """
    Return the trigger that keeps one OpenTimeChange beforehand for a row that will end by itself.

    cause  the column that names the row among all that end
    at     the column of the instant; while it is NULL nothing ends
    """
    forget = f"DELETE FROM providers_opentimechange WHERE since = OLD.{at} AND cause = OLD.{cause};"  # noqa: S608  written by us
    row = f"NEW.practitioner_id, NEW.{cause}, NEW.{at}"
    note = f"INSERT INTO providers_opentimechange (practitioner_id, cause, since) VALUES ({row});"  # noqa: S608  written by us
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=(
            f"IF (OLD.{at}, OLD.practitioner_id) IS DISTINCT FROM (NEW.{at}, NEW.practitioner_id) THEN"
            f" IF OLD.{at} IS NOT NULL THEN {forget} END IF; IF NEW.{at} IS NOT NULL THEN {note} END IF;"
            " END IF; RETURN NULL;"
        ),
    )


OWN = "SELECT DISTINCT id FROM (VALUES (NEW.practitioner_id), (OLD.practitioner_id)) AS own (id) WHERE id IS NOT NULL"
OF_SCHEDULE = """
    SELECT practitioner_id FROM providers_schedule
    WHERE id = COALESCE(NEW.schedule_id, OLD.schedule_id)
"""
OF_SERVICE = "SELECT practitioner_id FROM providers_practitionerrole WHERE service_id = NEW.id"
ITSELF = "SELECT NEW.id"
EVERYBODY = "SELECT id FROM providers_practitioner WHERE is_active"
SLOT_MATTERS = """
    OLD IS NULL AND NEW.status <> 'free'
    OR NEW IS NULL AND OLD.status <> 'free'
    OR (OLD.status = 'free') <> (NEW.status = 'free')
    OR (OLD.status = 'busy-unavailable') <> (NEW.status = 'busy-unavailable')
    OR OLD.blocked <> NEW.blocked OR OLD.practitioner_id <> NEW.practitioner_id
"""


def changed(*columns: str) -> str:
    """Return SQL over NEW and OLD that tells whether one of the columns of a row was changed."""
    return " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
