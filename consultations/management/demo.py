"""The people and answers of the demo. All of them are invented."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from config.core.models import Role
from providers.domain.codes import QualificationKind

LINE = "stress-and-anxiety"
SEVERAL_DAYS, OVER_HALF, NEARLY_EVERY_DAY, NOT_AT_ALL = "LA6569-3", "LA6570-1", "LA6571-9", "LA6568-5"


@dataclass(frozen=True, slots=True)
class Login:
    """One account of the demo."""

    role: str
    email: str
    password: str


ADMIN = Login(Role.ADMIN, "admin@demo.example", "demo-admin-passphrase")


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


def _clinician(name: str) -> Login:
    return Login(Role.PRACTITIONER, f"{name}@demo.example", "demo-clinician-passphrase")


CLINICIANS = (
    Clinician(
        _clinician("rivera"), "Ana", "Rivera (demo)", "MD", QualificationKind.MD, "America/New_York",
        ("NY", "NJ", "CT", "MA", "PA"), ("en", "es"), is_supervisor=True,
    ),
    Clinician(
        _clinician("okafor"), "Ben", "Okafor (demo)", "PMHNP", QualificationKind.NP, "America/Chicago",
        ("IL", "WI", "MN", "TX", "NY"), ("en",),
    ),
    Clinician(
        _clinician("lin"), "Mei", "Lin (demo)", "DO", QualificationKind.DO, "America/Los_Angeles",
        ("CA", "OR", "WA", "NV"), ("en",),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One patient; `details` are the fields of intake.domain.identity.Details."""

    login: Login
    details: dict[str, Any]
    has_case: bool = False


def _patient(name: str) -> Login:
    return Login(Role.PATIENT, f"{name}@demo.example", "demo-patient-passphrase")


PATIENTS = (
    Person(
        _patient("sam"),
        {
            "given_name": "Sam", "family_name": "Sample (demo)", "birth_date": date(1988, 4, 12), "sex_at_birth": "F",
            "phone": "+12125550142", "address_line": "1 Example Street", "city": "New York", "state": "NY",
            "postal_code": "10001", "time_zone": "America/New_York", "emergency_contact_name": "Alex Sample (demo)",
            "emergency_contact_phone": "+12125550143",
        },
        has_case=True,
    ),
    Person(
        _patient("jo"),
        {
            "given_name": "Jo", "family_name": "Newcomer (demo)", "birth_date": date(1995, 9, 3), "sex_at_birth": "M",
            "phone": "+13125550142", "city": "Chicago", "state": "IL", "postal_code": "60601",
            "time_zone": "America/Chicago",
        },
    ),
)  # fmt: skip

# Severe anxiety, moderate depression, no thoughts of self-harm: {linkId: answer} of every questionnaire of the line.
ANSWERS: dict[str, Any] = {
    "reason": "I worry most of the day and cannot switch off. (demo)",
    "reason-since": "1-to-5-years",
    "reason-situations": ["work-or-school", "night"],
    "height-feet": 5,
    "height-inches": 6,
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
