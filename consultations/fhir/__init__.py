"""Rows of the consultations app as FHIR R4 JSON."""
