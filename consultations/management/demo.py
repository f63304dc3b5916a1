"""The people and answers of the demo. All of them are invented."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from config.core.models import Role
from providers.domain.codes import QualificationKind

LINE = "stress-and-anxiety"
# The same questions, safety rules and protocol, decided in writing: only the demo has this line.
IN_WRITING = "stress-and-anxiety-in-writing"
IN_WRITING_SERVICE = {
    "slug": IN_WRITING,
    "name": "Stress and anxiety: in writing, without a visit (demo)",
    "summary": "Answer the same questions; a clinician reads them, decides without a visit, and writes you a care plan.",
    "pathway": "asynchronous",
    "translations": {
        "es": {
            "name": "Estrés y ansiedad: por escrito, sin consulta (demo)",
            "summary": "Responda las mismas preguntas; un profesional clínico las lee, decide sin consulta y le escribe "
            "un plan de atención.",
        }
    },
}
# (ISO weekday, opens, closes) in minutes after midnight of the clinic's clock.
CLINIC_HOURS = (*((weekday, 8 * 60, 18 * 60) for weekday in range(1, 6)), (6, 9 * 60, 13 * 60))
SEVERAL_DAYS, OVER_HALF, NEARLY_EVERY_DAY, NOT_AT_ALL = "LA6569-3", "LA6570-1", "LA6571-9", "LA6568-5"


@dataclass(frozen=True, slots=True)
class Login:
    """One account of the demo, and what there is to see."""

    role: str
    email: str
    password: str
    shows: str


ADMIN = Login(Role.ADMIN, "admin@demo.example", "demo-admin-passphrase", "everything but answers and notes")


@dataclass(frozen=True, slots=True)
class Clinician:
    """One clinician: works Monday to Friday from nine to five in their zone."""

    login: Login
    given_name: str
    family_name: str
    credentials: str
    kind: str
    zone: str
    states: tuple[str, ...]
    languages: tuple[str, ...]
    is_supervisor: bool = False


def _clinician(name: str, shows: str) -> Login:
    return Login(Role.PRACTITIONER, f"{name}@demo.example", "demo-clinician-passphrase", shows)


CLINICIANS = (
    Clinician(
        _clinician("rivera", "the queue, Kim's visit today, and Lee's case to write"), "Ana", "Rivera (demo)", "MD", QualificationKind.MD, "America/New_York",
        ("NY", "NJ", "CT", "MA", "PA"), ("en", "es"), is_supervisor=True,
    ),
    Clinician(
        _clinician("okafor", "the queue of other states"), "Ben", "Okafor (demo)", "PMHNP", QualificationKind.NP, "America/Chicago",
        ("IL", "WI", "MN", "TX", "NY"), ("en",),
    ),
    Clinician(
        _clinician("lin", "the west coast, no cases yet"), "Mei", "Lin (demo)", "DO", QualificationKind.DO, "America/Los_Angeles",
        ("CA", "OR", "WA", "NV"), ("en",),
    ),
)  # fmt: skip


class Stage(StrEnum):
    """How far a patient's case has come."""

    NONE = "none"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    VISIT_NEXT = "visit next"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Person:
    """One patient; `details` are the fields of intake.domain.identity.Details, `answers` what differs from ANSWERS."""

    login: Login
    details: dict[str, Any]
    stage: Stage = Stage.NONE
    line: str = LINE
    answers: dict[str, Any] = field(default_factory=dict)
    submitted_hours_ago: float = 0


def _patient(name: str, shows: str) -> Login:
    return Login(Role.PATIENT, f"{name}@demo.example", "demo-patient-passphrase", shows)


def _new_york(number: int, given_name: str, family_name: str, born: date, sex_at_birth: str) -> dict[str, Any]:
    return {
        "given_name": given_name, "family_name": f"{family_name} (demo)", "birth_date": born,
        "sex_at_birth": sex_at_birth, "phone": f"+1212555014{number}", "address_line": f"{number} Example Street",
        "city": "New York", "state": "NY", "postal_code": "10001", "time_zone": "America/New_York",
        "emergency_contact_name": "Alex Sample (demo)", "emergency_contact_phone": "+12125550149",
    }  # fmt: skip


# The questions about birth are not asked then; None clears what ANSWERS says.
MALE = {"pregnancy-status": "not-applicable", "birth-last-year": None, "breastfeeding": None}
PATIENTS = (
    Person(
        _patient("jo", "nothing asked yet: start here"),
        {
            "given_name": "Jo",
            "family_name": "Newcomer (demo)",
            "birth_date": date(1995, 9, 3),
            "sex_at_birth": "M",
            "phone": "+13125550142",
            "city": "Chicago",
            "state": "IL",
            "postal_code": "60601",
            "time_zone": "America/Chicago",
        },
    ),
    Person(
        _patient("sam", "submitted, no visit yet"),
        _new_york(2, "Sam", "Sample", date(1988, 4, 12), "F"),
        Stage.WAITING,
        submitted_hours_ago=3,
    ),
    Person(
        _patient("riley", "an urgent case: thoughts of self-harm"),
        _new_york(3, "Riley", "Urgent", date(1991, 11, 30), "M"),
        Stage.WAITING,
        answers={"phq-9-item-9": SEVERAL_DAYS, "support": "not-sure", "hope": "That it stops. (demo)", **MALE},
        submitted_hours_ago=0.2,
    ),
    Person(
        _patient("kim", "a visit that begins soon: check in"),
        _new_york(4, "Kim", "Ready", date(1979, 6, 21), "F"),
        Stage.VISIT_NEXT,
        answers={"hope": "To stop dreading the phone. (demo)", "medicines-womb-or-migraine": ["none"]},
        submitted_hours_ago=50,
    ),
    Person(
        _patient("lee", "a case in writing, accepted: the plan comes next"),
        _new_york(6, "Lee", "Letters", date(1984, 2, 8), "F"),
        Stage.ACCEPTED,
        line=IN_WRITING,
        answers={"hope": "To decide this from home. (demo)"},
        submitted_hours_ago=20,
    ),
    Person(
        _patient("ira", "a case in writing, not yet looked at"),
        _new_york(7, "Ira", "Inkwell", date(1990, 7, 30), "M"),
        Stage.WAITING,
        line=IN_WRITING,
        answers={"hope": "A plan I can read twice. (demo)", **MALE},
        submitted_hours_ago=5,
    ),
    Person(
        _patient("pat", "a signed care plan"),
        _new_york(5, "Pat", "Planned", date(1969, 1, 17), "M"),
        Stage.PLANNED,
        answers={"tried": ["antidepressant", "exercise"], "hope": "To enjoy weekends again. (demo)", **MALE},
        submitted_hours_ago=18 * 24,
    ),
)

RATIONALE = (
    "Talking therapy has not been tried, and sertraline has begun to help. The evidence for the spray is limited, and "
    "low sodium is a risk beside sertraline. We agreed on CBT first and look again in eight weeks. (demo)"
)
VISIT_NOTE = "Seen by video, alone at home. Worry on most days, poor sleep. No thoughts of self-harm. (demo)"
# What the clinician writes into the open fields of the plan's template.
FILLED = {
    "Reason": "Talking therapy is better studied, and you prefer to try it first. (demo)",
    "Referral": "CBT by video, Example Therapy Group (demo), first free date.",
}

# Severe anxiety, moderate depression, no thoughts of self-harm: {linkId: answer} of every questionnaire of the line.
ANSWERS: dict[str, Any] = {
    "reason": "I worry most of the day and cannot switch off. (demo)",
    "reason-since": "1-to-5-years",
    "reason-situations": ["work-or-school", "night"],
    "height": {"value": 66, "unit": "in", "code": "[in_i]", "system": "http://unitsofmeasure.org"},
    "weight": {"value": 148, "unit": "lb", "code": "[lb_av]", "system": "http://unitsofmeasure.org"},
    "weight-change": "no",
    "main-activity": "work",
    "occupation": "Teacher",
    "night-work": False,
    "sleep-hours": 5.5,
    "active-days": 2,
    "lives-with": "partner-or-family",
    "support": "yes",
    "safe-at-home": "yes",
    "visit-place": "home",
    "visit-private": "yes",
    "contact-on-record": True,
    "conditions": ["migraine"],
    "takes-medicines": True,
    "medicine[0]/medicine-name": "sertraline",
    "medicine[0]/medicine-dose": "50 mg",
    "medicine[0]/medicine-frequency": "once-a-day",
    "medicine[0]/medicine-since": "6-to-12-months",
    "medicines-heart-rhythm": ["none"],
    "medicines-sodium": ["ssri-snri"],
    "medicines-pressor": ["none"],
    "medicines-womb-or-migraine": ["triptan"],
    "allergy-to": ["none"],
    "pregnancy-status": "no",
    "birth-last-year": "no",
    "breastfeeding": "no",
    "heart-conditions": ["none"],
    "family-sudden-death": "no",
    "blood-pressure-known": True,
    "blood-pressure-systolic": 118,
    "blood-pressure-diastolic": 76,
    "kidney-disease": "no",
    "low-sodium": "no",
    "seizures": "no",
    "fluid-intake": "under-2-liters",
    "fluid-limit": "no",
    "nose-problems": ["none"],
    "mental-health-history": ["anxiety-panic"],
    "high-energy-days": "no",
    "unusual-experiences": "no",
    "suicide-attempt": "no",
    "mental-health-hospital": "no",
    "heavy-drinking-days": 0,
    "drug-use-times": 0,
    "cannabis": "never",
    "tobacco": "never",
    "tried": ["therapy", "antidepressant", "exercise"],
    "tried-result": "Running helps a little. (demo)",
    "oxytocin-before": "no",
    "gad-7-item-1": NEARLY_EVERY_DAY,
    "gad-7-item-2": NEARLY_EVERY_DAY,
    "gad-7-item-3": NEARLY_EVERY_DAY,
    "gad-7-item-4": OVER_HALF,
    "gad-7-item-5": SEVERAL_DAYS,
    "gad-7-item-6": OVER_HALF,
    "gad-7-item-7": OVER_HALF,
    "gad-7-difficulty": "LA6575-0",
    "phq-9-item-1": SEVERAL_DAYS,
    "phq-9-item-2": SEVERAL_DAYS,
    "phq-9-item-3": OVER_HALF,
    "phq-9-item-4": OVER_HALF,
    "phq-9-item-5": SEVERAL_DAYS,
    "phq-9-item-6": SEVERAL_DAYS,
    "phq-9-item-7": OVER_HALF,
    "phq-9-item-8": NOT_AT_ALL,
    "phq-9-item-9": NOT_AT_ALL,
    "phq-9-difficulty": "LA6573-5",
    "hope": "To sleep through the night and to look forward to Mondays. (demo)",
    "goal": ["Sleep six hours on most nights"],
    "matters-most": ["feel-better-soon", "few-side-effects"],
    "oxytocin-heard": "internet",
    "oxytocin-expect": "To feel calmer with people. (demo)",
    "oxytocin-worry": "I do not know how well it is studied. (demo)",
    "other-ways": True,
    "visit-language": "en",
    "interpreter": False,
    "clinician-gender": "no-preference",
}

LOGINS = (ADMIN, *(one.login for one in CLINICIANS), *(one.login for one in PATIENTS))
