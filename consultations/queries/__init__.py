"""Reads of the consultations app that span several rows."""
