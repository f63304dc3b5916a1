"""
When each flag must be raised and when not, at its boundary.

Written from the published scoring and the labels named in flags.json, not from its expressions. Answers are
{linkId: code, codes, number or truth}; a number for `phq-9` or `gad-7` stands for any answers with that total.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Answers = Mapping[str, Any]


class Boundary(NamedTuple):
    """Answers that raise a flag, and the nearest ones that do not."""

    raising: Sequence[Answers]
    silent: Sequence[Answers]


def each(link: str, *codes: str) -> list[Answers]:
    return [{link: code} for code in codes]


def any_of(link: str, *codes: str) -> list[Answers]:
    """Return each code alone in a multiple choice, and each beside another."""
    return [{link: [code]} for code in codes] + [{link: [*codes, "not-sure"]}]


MEDICINE_KINDS = (
    "medicines-heart-rhythm", "medicines-sodium", "medicines-pressor", "medicines-womb-or-migraine",
)  # fmt: skip
HEART = ("heart-disease", "arrhythmia", "long-qt", "fainting", "high-blood-pressure", "low-blood-pressure", "stroke")
NO, UNSURE, NOTHING = "no", "not-sure", ["none"]
PRESSURE = {"blood-pressure-known": True}

BOUNDARIES: dict[str, Boundary] = {
    # Item 9 asks for suicidal thoughts: anything above "Not at all".
    "suicidal-thoughts": Boundary(
        each("phq-9-item-9", "LA6569-3", "LA6570-1", "LA6571-9"),
        [*each("phq-9-item-9", "LA6568-5"), *each("phq-9-item-8", "LA6571-9"), {}],
    ),
    "recent-suicide-attempt": Boundary(
        each("suicide-attempt", "within-3-months"), each("suicide-attempt", "no", "over-3-months", "prefer-not")
    ),
    "past-suicide-attempt": Boundary(
        each("suicide-attempt", "over-3-months"), each("suicide-attempt", "no", "within-3-months", "prefer-not")
    ),
    "suicide-attempt-not-said": Boundary(
        each("suicide-attempt", "prefer-not"), each("suicide-attempt", "no", "over-3-months")
    ),
    "not-safe-at-home": Boundary(each("safe-at-home", NO), [*each("safe-at-home", "yes", UNSURE), {}]),
    "nobody-to-turn-to": Boundary(each("support", NO), [*each("support", "yes", UNSURE), {}]),
    "no-private-place": Boundary(each("visit-private", NO, UNSURE), [*each("visit-private", "yes"), {}]),
    # Bands: PHQ-9 10 to 19, 20 to 27 (Kroenke 2001); GAD-7 15 to 21 (Spitzer 2006). Nothing before it is complete.
    "depression-severe": Boundary([{"phq-9": 20}, {"phq-9": 27}], [{"phq-9": 19}, {"phq-9": 0}, {}]),
    "depression-positive": Boundary([{"phq-9": 10}, {"phq-9": 19}], [{"phq-9": 9}, {"phq-9": 20}, {}]),
    "anxiety-severe": Boundary([{"gad-7": 15}, {"gad-7": 21}], [{"gad-7": 14}, {"gad-7": 0}, {}]),
    "mania-possible": Boundary(
        [*any_of("mental-health-history", "bipolar"), {"high-energy-days": "yes"}],
        [{"mental-health-history": ["depression", "psychosis"], "high-energy-days": NO}, {"high-energy-days": UNSURE}],
    ),
    "psychosis-possible": Boundary(
        [*any_of("mental-health-history", "psychosis"), {"unusual-experiences": "yes"}],
        [{"mental-health-history": ["bipolar"], "unusual-experiences": NO}, {"unusual-experiences": UNSURE}],
    ),
    # One or more is a positive screen (Smith 2009; Smith 2010).
    "heavy-drinking": Boundary(
        [{"heavy-drinking-days": 1}, {"heavy-drinking-days": 366}], [{"heavy-drinking-days": 0}, {}]
    ),
    "drug-use": Boundary([{"drug-use-times": 1}, {"drug-use-times": 999}], [{"drug-use-times": 0}, {}]),
    "under-18": Boundary([{"age": 17}], [{"age": 18}]),
    "pregnant": Boundary(
        each("pregnancy-status", "pregnant"), each("pregnancy-status", "possible", "trying", NO, "not-applicable")
    ),
    "pregnancy-possible": Boundary(
        each("pregnancy-status", "possible", UNSURE), each("pregnancy-status", "pregnant", "trying", NO)
    ),
    "pregnancy-planned": Boundary(
        each("pregnancy-status", "trying"), each("pregnancy-status", "pregnant", "possible", NO)
    ),
    "breastfeeding": Boundary(
        [{"pregnancy-status": NO, "breastfeeding": "yes"}], [{"pregnancy-status": NO, "breastfeeding": NO}, {}]
    ),
    "postpartum": Boundary(
        [{"pregnancy-status": NO, "birth-last-year": "yes"}], [{"pregnancy-status": NO, "birth-last-year": NO}, {}]
    ),
    "oxytocin-allergy": Boundary(
        any_of("allergy-to", "oxytocin", "chlorobutanol", "parabens"), [{"allergy-to": ["latex", "other"]}, {}]
    ),
    "latex-allergy": Boundary(any_of("allergy-to", "latex"), [{"allergy-to": ["other"]}, {"allergy-to": NOTHING}]),
    "allergy-not-sure": Boundary(
        [{"allergy-to": [UNSURE]}, {"allergy-to": ["latex", UNSURE]}], [{"allergy-to": NOTHING}, {}]
    ),
    "oxytocin-reaction": Boundary(
        [{"oxytocin-before": "yes", "oxytocin-reaction": "yes"}],
        [{"oxytocin-before": "yes", "oxytocin-reaction": NO}, {"oxytocin-before": NO}],
    ),
    "long-qt": Boundary(
        [*any_of("heart-conditions", "long-qt"), {"family-sudden-death": "yes"}],
        [{"heart-conditions": ["arrhythmia"], "family-sudden-death": NO}, {"family-sudden-death": UNSURE}],
    ),
    "heart-disease": Boundary(
        any_of("heart-conditions", "heart-disease", "arrhythmia", "fainting"),
        [{"heart-conditions": ["long-qt", "high-blood-pressure", "low-blood-pressure", "stroke"]}, {}],
    ),
    "brain-bleed": Boundary(
        any_of("heart-conditions", "stroke"), [{"heart-conditions": [one for one in HEART if one != "stroke"]}]
    ),
    # Stage 2 from 140 or 90; crisis above 180 or above 120 (ACC/AHA 2017).
    "high-blood-pressure": Boundary(
        [
            *any_of("heart-conditions", "high-blood-pressure"),
            {**PRESSURE, "blood-pressure-systolic": 140, "blood-pressure-diastolic": 60},
            {**PRESSURE, "blood-pressure-systolic": 110, "blood-pressure-diastolic": 90},
        ],
        [
            {**PRESSURE, "blood-pressure-systolic": 139, "blood-pressure-diastolic": 89},
            {"heart-conditions": ["low-blood-pressure"]},
        ],
    ),
    "very-high-blood-pressure": Boundary(
        [
            {**PRESSURE, "blood-pressure-systolic": 181, "blood-pressure-diastolic": 80},
            {**PRESSURE, "blood-pressure-systolic": 150, "blood-pressure-diastolic": 121},
        ],
        [{**PRESSURE, "blood-pressure-systolic": 180, "blood-pressure-diastolic": 120}, {}],
    ),
    "qt-medicine": Boundary(
        any_of(
            "medicines-heart-rhythm",
            "antiarrhythmic",
            "citalopram-escitalopram",
            "antipsychotic",
            "antibiotic-antifungal",
            "methadone",
            "ondansetron",
            "hydroxychloroquine",
        ),
        [{"medicines-heart-rhythm": NOTHING}, {"medicines-heart-rhythm": [UNSURE]}],
    ),
    "sodium-medicine": Boundary(
        any_of("medicines-sodium", "desmopressin", "diuretic", "ssri-snri", "carbamazepine"),
        [{"medicines-sodium": NOTHING}, {"medicines-sodium": [UNSURE]}],
    ),
    "pressor-medicine": Boundary(
        any_of("medicines-pressor", "decongestant-pill", "decongestant-spray", "stimulant", "epinephrine", "midodrine"),
        [{"medicines-pressor": NOTHING}, {"medicines-pressor": [UNSURE]}],
    ),
    "prostaglandin": Boundary(
        any_of("medicines-womb-or-migraine", "prostaglandin"), [{"medicines-womb-or-migraine": ["triptan"]}]
    ),
    "oxytocin-injection": Boundary(
        any_of("medicines-womb-or-migraine", "oxytocin-injection"), [{"medicines-womb-or-migraine": ["prostaglandin"]}]
    ),
    "ergot-or-triptan": Boundary(
        any_of("medicines-womb-or-migraine", "ergot", "triptan"), [{"medicines-womb-or-migraine": ["prostaglandin"]}]
    ),
    "medicines-not-sure": Boundary(
        [{link: [UNSURE]} for link in MEDICINE_KINDS], [dict.fromkeys(MEDICINE_KINDS, NOTHING), {}]
    ),
    "history-not-sure": Boundary(
        [
            {"heart-conditions": [UNSURE]},
            {"mental-health-history": ["depression", UNSURE]},
            *({link: UNSURE} for link in ("family-sudden-death", "low-sodium", "seizures")),
            *({link: UNSURE} for link in ("high-energy-days", "unusual-experiences")),
        ],
        [{"heart-conditions": NOTHING, "mental-health-history": NOTHING, "low-sodium": NO, "seizures": "yes"}, {}],
    ),
    "low-sodium": Boundary(each("low-sodium", "yes"), each("low-sodium", NO, UNSURE)),
    "seizures": Boundary(each("seizures", "yes"), each("seizures", NO, UNSURE)),
    "high-fluid-intake": Boundary(
        [{"fluid-intake": "over-3-liters"}, {"fluid-limit": "yes"}],
        [{"fluid-intake": "2-to-3-liters", "fluid-limit": NO}, {"fluid-limit": UNSURE}],
    ),
    "severe-kidney-disease": Boundary(
        each("kidney-disease", "severe"), each("kidney-disease", "mild-or-moderate", NO, UNSURE)
    ),
    "kidney-disease": Boundary(
        each("kidney-disease", "mild-or-moderate", UNSURE), each("kidney-disease", "severe", NO)
    ),
    "liver-disease": Boundary(
        any_of("conditions", "liver"), [{"conditions": ["diabetes", "cancer"]}, {"conditions": NOTHING}]
    ),
    "nose-problems": Boundary(
        [
            {"nose-problems": [code]}
            for code in ("nosebleeds", "blocked", "sinusitis-polyps", "injury-septum", "recent-surgery")
        ],
        [{"nose-problems": NOTHING}, {}],
    ),
}
