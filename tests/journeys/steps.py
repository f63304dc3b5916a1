"""Steps that several journeys take, each by the JSON API alone."""

from consultations.management import demo
from tests.journeys.program import Program

LINE = "stress-and-anxiety"
PERSON = {
    "given_name": "Grace", "family_name": "Sample", "birth_date": "1985-03-08", "sex_at_birth": "F",
    "phone": "+12125550123", "address_line": "1 Example Street", "city": "New York", "state": "NY",
    "postal_code": "10001", "time_zone": "America/New_York",
}  # fmt: skip
HOURS = [{"weekday": day, "start": "09:00", "end": "17:00"} for day in range(1, 6)]


def open_practice(admin, *, email="ana.rivera@example.org", hours=HOURS, **offer):
    """Let a clinician sign up and an administrator onboard them: offer, licence and hours; return the clinician."""
    clinician = Program(email, admin.way)
    clinician.sign_up()
    profile = {"given_name": "Ana", "family_name": "Rivera", "credentials": "MD", "time_zone": "America/New_York"}
    made = admin.post("practitioners/", {**profile, "email": email}, expect=201)
    mine = f"practitioners/{made['id']}/"
    admin.post(f"{mine}roles/", {"service": LINE, **offer})
    licence = {"jurisdiction": "NY", "number": "L-1", "valid_from": "2020-01-01"}
    admin.post(f"{mine}qualifications/", licence, expect=201)
    week = {"practitioner": made["id"], "time_zone": "America/New_York", "valid_from": "2026-01-01"}
    admin.post("schedules/", {**week, "available_times": hours}, expect=201)
    clinician.sign_in()
    return clinician


def register(patient, **changes):
    """Sign up, say who one is, and sign each text of the line."""
    patient.sign_up()
    person = {**PERSON, **changes}
    patient.post("patients/", person, expect=201)
    for document in patient.get(f"consent-documents/?service={LINE}")["results"]:
        if document["language"] == "en":
            name = f"{person['given_name']} {person['family_name']}"
            patient.post("consents/", {"document": document["id"], "signed_name": name}, expect=201)


def answer(patient, response, answers, *, sequence=1):
    """Save those of `answers` that a questionnaire asks; return what the save answers."""
    asked = link_ids(patient.get(f"questionnaires/{response['questionnaire']}/"))
    mine = [{"link_id": path, "value": value} for path, value in answers.items() if path.rsplit("/")[-1] in asked]
    revision = patient.get(f"questionnaire-responses/{response['id']}/")["revision"]
    words = {"client_id": "program", "sequence": sequence, "base_revision": revision, "answers": mine}
    return patient.post(f"questionnaire-responses/{response['id']}/answers/", words)


def submit(patient, **changes):
    """Ask for the line, answer everything, and submit; return the case."""
    case = patient.post("service-requests/", {"service": LINE, "state": "NY"}, expect=201)
    for response in case["questionnaire_responses"]:
        answer(patient, response, {**demo.ANSWERS, **changes})
        patient.post(f"questionnaire-responses/{response['id']}/complete/")
    return patient.post(f"service-requests/{case['id']}/submit/")


def book(patient, case, *, start=""):
    """Book the first time that is offered, from an instant on if one is given; return the visit."""
    since = f"&start={start}" if start else ""
    offered = patient.get(f"availability/?service={LINE}&state=NY&limit=1{since}")["results"][0]
    wish = {"service_request": case["id"], "start": offered["start"], "practitioner": offered["practitioner"]}
    held = patient.post("holds/", wish, expect=201)
    return patient.post("appointments/", {"service_request": case["id"], "hold": held["id"]}, expect=201)


def take_next(clinician):
    """Take the next case, read it, put a name under its flags and accept it; return the case's id."""
    claimed = clinician.post("review-tasks/claim-next/")
    read = clinician.get(f"service-requests/{claimed['service_request']}/")
    for flag in read["flags"]:
        clinician.post(f"flags/{flag['id']}/acknowledge/", {"note": "Read."})
    accepted = clinician.post(f"review-tasks/{claimed['id']}/accept/", {"fence": claimed["fence"]})
    assert accepted["outcome"] == "accepted"
    return read["id"]


def meet(patient, clinician, visit):
    """Check in, begin and finish a visit; return the encounter."""
    here = {"state": "NY", "identity_confirmed": True}
    encounter = patient.post(f"appointments/{visit['id']}/check-in/", here)
    clinician.post(f"encounters/{encounter['id']}/begin/")
    return clinician.post(f"encounters/{encounter['id']}/finish/", {"note": "We talked about worry and sleep."})


def determine(clinician, encounter):
    """Record the determination as the answers suggest, and sign it; return it."""
    shown = clinician.get(f"encounters/{encounter['id']}/determination/")
    findings = [{"code": one["code"], "finding": _settled(one)} for one in shown["criteria"]]
    words = {"outcome": "not-eligible", "criteria": findings, "rationale": "Established care comes first."}
    draft = clinician.post(f"encounters/{encounter['id']}/determination/", words)
    signed = clinician.post(f"determinations/{draft['id']}/sign/")
    assert (signed["status"], len(signed["sha256"])) == ("completed", 64)
    return signed


def plan_care(clinician, determination):
    """Write the plan from its template, fill its blanks, and sign it; return it."""
    template = {"template": "care-without-oxytocin"}
    plan = clinician.post(f"determinations/{determination['id']}/care-plan/", template, expect=201)
    clinician.post(f"care-plans/{plan['id']}/revise/", {"activities": [_filled(one) for one in plan["activities"]]})
    return clinician.post(f"care-plans/{plan['id']}/sign/")


def _settled(criterion):
    """Return the finding that a clinician writes down: what the answers say, and that the disclosure was made."""
    return "met" if criterion["kind"] == "off-label-disclosure" else criterion["suggestion"]


def _filled(activity):
    """Return an activity as it is sent back, with the blanks of its template written."""
    columns = ("kind", "title", "detail", "schedule", "schedule_text", "questionnaire_url")
    words = {name: activity[name] for name in columns}
    for name, text in demo.FILLED.items():
        words["detail"] = words["detail"].replace(f"{name}: ____", f"{name}: {text}")
    return words


def link_ids(item):
    """Return the linkIds of a FHIR Questionnaire."""
    return {item.get("linkId", "")}.union(*[link_ids(child) for child in item.get("item", ())])
