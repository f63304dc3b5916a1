"""Rows of the providers app as FHIR R4 JSON."""
