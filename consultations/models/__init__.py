"""Rows of the consultations app."""

from consultations.models.appointment import Appointment
from consultations.models.attendance_reply import AttendanceReply
from consultations.models.care_plan import Activity, ActivityOutcome, CarePlan, Goal
from consultations.models.communication import Communication, Heartbeat
from consultations.models.communication_preference import CommunicationPreference
from consultations.models.communication_request import CommunicationRequest
from consultations.models.consent_watch import ConsentWatch
from consultations.models.determination import Determination, DeterminationProtocol, PlanTemplate
from consultations.models.encounter import Encounter
from consultations.models.escalation import ChainStep, Escalation, EscalationStep
from consultations.models.message_plan import MessagePlan
from consultations.models.message_words import MessageWords
from consultations.models.on_call import OnCall
from consultations.models.policy_override import PolicyOverride
from consultations.models.push_device import PushDevice
from consultations.models.referral import Referral
from consultations.models.review_task import ReviewNote, ReviewTask
from consultations.models.service_request import ServiceRequest, SupportingInfo
from consultations.models.shift import Shift
from consultations.models.waitlist import WaitlistEntry, WaitlistOffer

__all__ = [
    "Activity",
    "ActivityOutcome",
    "Appointment",
    "AttendanceReply",
    "CarePlan",
    "ChainStep",
    "Communication",
    "CommunicationPreference",
    "CommunicationRequest",
    "ConsentWatch",
    "Determination",
    "DeterminationProtocol",
    "Encounter",
    "Escalation",
    "EscalationStep",
    "Goal",
    "Heartbeat",
    "MessagePlan",
    "MessageWords",
    "OnCall",
    "PlanTemplate",
    "PolicyOverride",
    "PushDevice",
    "Referral",
    "ReviewNote",
    "ReviewTask",
    "ServiceRequest",
    "Shift",
    "SupportingInfo",
    "WaitlistEntry",
    "WaitlistOffer",
]
