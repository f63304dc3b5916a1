"""A realistic load of invented clinicians, patients and visits, for a scratch database."""
