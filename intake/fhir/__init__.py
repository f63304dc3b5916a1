"""Rows as FHIR R4 JSON."""
