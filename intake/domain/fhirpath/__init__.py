"""FHIRPath over plain JSON, as far as questionnaires and their rules use it."""

from intake.domain.fhirpath.parser import Expression, NotFhirPath, parse
from intake.domain.fhirpath.values import Failed, Scope

__all__ = ["Expression", "Failed", "NotFhirPath", "Scope", "parse"]
