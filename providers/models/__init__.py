"""Rows of the providers app."""

from providers.models.calendar_feed import CalendarFeed
from providers.models.clinic_closure import ClinicClosure
from providers.models.clinic_hours import ClinicHours
from providers.models.directory import Directory
from providers.models.external_calendar import ExternalBusy, ExternalCalendar
from providers.models.healthcare_service import HealthcareService
from providers.models.open_time import OpenTime, OpenTimeChange, OpenTimeCover
from providers.models.practitioner import Practitioner, PractitionerRole, Qualification
from providers.models.schedule import AvailableTime, Schedule, ScheduleException
from providers.models.slot import Slot

__all__ = [
    "AvailableTime",
    "CalendarFeed",
    "ClinicClosure",
    "ClinicHours",
    "Directory",
    "ExternalBusy",
    "ExternalCalendar",
    "HealthcareService",
    "OpenTime",
    "OpenTimeChange",
    "OpenTimeCover",
    "Practitioner",
    "PractitionerRole",
    "Qualification",
    "Schedule",
    "ScheduleException",
    "Slot",
]
