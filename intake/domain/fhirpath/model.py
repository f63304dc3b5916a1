"""As much of the FHIR R4 type system as expressions of questionnaires ask for."""

from collections.abc import Iterator
from functools import lru_cache

# type(parent): name type, ...; `*` stands for value[x]; a dot begins the name of a backbone element.
_TYPES = """
Element: id string, extension Extension
BackboneElement(Element): modifierExtension Extension
Extension(Element): url uri, value *
Coding(Element): system uri, version string, code code, display string, userSelected boolean
CodeableConcept(Element): coding Coding, text string
Identifier(Element): use code, type CodeableConcept, system uri, value string, period Period, assigner Reference
Reference(Element): reference string, type uri, identifier Identifier, display string
Period(Element): start dateTime, end dateTime
Range(Element): low Quantity, high Quantity
Ratio(Element): numerator Quantity, denominator Quantity
Quantity(Element): value decimal, comparator code, unit string, system uri, code code
Age(Quantity):
Count(Quantity):
Distance(Quantity):
Duration(Quantity):
SimpleQuantity(Quantity):
Money(Element): value decimal, currency code
HumanName(Element): use code, text string, family string, given string, prefix string, suffix string, period Period
Address(Element): use code, type code, text string, line string, city string, district string, state string,
  postalCode string, country string, period Period
ContactPoint(Element): system code, value string, use code, rank positiveInt, period Period
Attachment(Element): contentType code, language code, data base64Binary, url url, size unsignedInt, hash base64Binary,
  title string, creation dateTime
Annotation(Element): author *, time dateTime, text markdown
Timing(BackboneElement): event dateTime, repeat Element, code CodeableConcept
Dosage(BackboneElement): sequence integer, text string, timing Timing, asNeeded *, route CodeableConcept
Expression(Element): description string, name id, language code, expression string, reference uri
Meta(Element): versionId id, lastUpdated instant, source uri, profile canonical, security Coding, tag Coding
Narrative(Element): status code, div xhtml
Resource: id id, meta Meta, implicitRules uri, language code
DomainResource(Resource): text Narrative, contained Resource, extension Extension, modifierExtension Extension
Patient(DomainResource): identifier Identifier, active boolean, name HumanName, telecom ContactPoint, gender code,
  birthDate date, deceased *, address Address, maritalStatus CodeableConcept, multipleBirth *, photo Attachment,
  contact Patient.contact, communication Patient.communication, generalPractitioner Reference,
  managingOrganization Reference, link Patient.link
Patient.contact(BackboneElement): relationship CodeableConcept, name HumanName, telecom ContactPoint, address Address,
  gender code, organization Reference, period Period
Patient.communication(BackboneElement): language CodeableConcept, preferred boolean
Patient.link(BackboneElement): other Reference, type code
RelatedPerson(DomainResource): identifier Identifier, active boolean, patient Reference, relationship CodeableConcept,
  name HumanName, telecom ContactPoint, gender code, birthDate date, address Address, period Period
Practitioner(DomainResource): identifier Identifier, active boolean, name HumanName, telecom ContactPoint,
  address Address, gender code, birthDate date, qualification Practitioner.qualification
Practitioner.qualification(BackboneElement): identifier Identifier, code CodeableConcept, period Period,
  issuer Reference
PractitionerRole(DomainResource): identifier Identifier, active boolean, period Period, practitioner Reference,
  organization Reference, code CodeableConcept, specialty CodeableConcept, telecom ContactPoint
Organization(DomainResource): identifier Identifier, active boolean, type CodeableConcept, name string,
  telecom ContactPoint, address Address
Encounter(DomainResource): identifier Identifier, status code, class Coding, type CodeableConcept, subject Reference,
  period Period, reasonCode CodeableConcept
Observation(DomainResource): identifier Identifier, status code, category CodeableConcept, code CodeableConcept,
  subject Reference, encounter Reference, effective *, issued instant, performer Reference, value *,
  dataAbsentReason CodeableConcept, interpretation CodeableConcept, note Annotation,
  referenceRange Observation.referenceRange, component Observation.component
Observation.component(BackboneElement): code CodeableConcept, value *, dataAbsentReason CodeableConcept
Observation.referenceRange(BackboneElement): low Quantity, high Quantity, text string
Condition(DomainResource): identifier Identifier, clinicalStatus CodeableConcept, verificationStatus CodeableConcept,
  category CodeableConcept, severity CodeableConcept, code CodeableConcept, subject Reference, onset *, abatement *,
  recordedDate dateTime, note Annotation
AllergyIntolerance(DomainResource): identifier Identifier, clinicalStatus CodeableConcept,
  verificationStatus CodeableConcept, type code, category code, criticality code, code CodeableConcept,
  patient Reference, onset *, recordedDate dateTime, note Annotation, reaction AllergyIntolerance.reaction
AllergyIntolerance.reaction(BackboneElement): substance CodeableConcept, manifestation CodeableConcept,
  description string, onset dateTime, severity code
MedicationRequest(DomainResource): identifier Identifier, status code, intent code, medication *, subject Reference,
  authoredOn dateTime, reasonCode CodeableConcept, note Annotation, dosageInstruction Dosage
MedicationStatement(DomainResource): identifier Identifier, status code, medication *, subject Reference, effective *,
  dateAsserted dateTime, reasonCode CodeableConcept, note Annotation, dosage Dosage
Immunization(DomainResource): identifier Identifier, status code, vaccineCode CodeableConcept, patient Reference,
  occurrence *, lotNumber string, expirationDate date, note Annotation
Procedure(DomainResource): identifier Identifier, status code, code CodeableConcept, subject Reference, performed *
Appointment(DomainResource): identifier Identifier, status code, start instant, end instant, created dateTime
Bundle(Resource): identifier Identifier, type code, timestamp instant, total unsignedInt, entry Bundle.entry
Bundle.entry(BackboneElement): fullUrl uri, resource Resource
Parameters(Resource): parameter Parameters.parameter
Parameters.parameter(BackboneElement): name string, value *, resource Resource, part Parameters.parameter
ExplanationOfBenefit(DomainResource): supportingInfo ExplanationOfBenefit.supportingInfo, item ExplanationOfBenefit.item
ExplanationOfBenefit.supportingInfo(BackboneElement): sequence positiveInt, category CodeableConcept, timing *, value *
ExplanationOfBenefit.item(BackboneElement): sequence positiveInt, informationSequence positiveInt
ValueSet(DomainResource): url uri, identifier Identifier, version string, name string, title string, status code,
  date dateTime, publisher string, description markdown, compose Element, expansion ValueSet.expansion
ValueSet.expansion(BackboneElement): identifier uri, timestamp dateTime, total integer,
  contains ValueSet.expansion.contains
ValueSet.expansion.contains(BackboneElement): system uri, abstract boolean, inactive boolean, version string,
  code code, display string, contains ValueSet.expansion.contains
CodeSystem(DomainResource): url uri, version string, name string, title string, status code, date dateTime,
  content code, concept CodeSystem.concept
CodeSystem.concept(BackboneElement): code code, display string, definition string, concept CodeSystem.concept
Questionnaire(DomainResource): url uri, identifier Identifier, version string, name string, title string,
  derivedFrom canonical, status code, experimental boolean, subjectType code, date dateTime, publisher string,
  description markdown, purpose markdown, copyright markdown, approvalDate date, lastReviewDate date,
  effectivePeriod Period, code Coding, item Questionnaire.item
Questionnaire.item(BackboneElement): linkId string, definition uri, code Coding, prefix string, text string,
  type code, enableWhen Questionnaire.item.enableWhen, enableBehavior code, required boolean, repeats boolean,
  readOnly boolean, maxLength integer, answerValueSet canonical, answerOption Questionnaire.item.answerOption,
  initial Questionnaire.item.initial, item Questionnaire.item
Questionnaire.item.enableWhen(BackboneElement): question string, operator code, answer *
Questionnaire.item.answerOption(BackboneElement): value *, initialSelected boolean
Questionnaire.item.initial(BackboneElement): value *
QuestionnaireResponse(DomainResource): identifier Identifier, basedOn Reference, partOf Reference,
  questionnaire canonical, status code, subject Reference, encounter Reference, authored dateTime, author Reference,
  source Reference, item QuestionnaireResponse.item
QuestionnaireResponse.item(BackboneElement): linkId string, definition uri, text string,
  answer QuestionnaireResponse.item.answer, item QuestionnaireResponse.item
QuestionnaireResponse.item.answer(BackboneElement): value *, item QuestionnaireResponse.item
"""
_PRIMITIVES = """
boolean integer string decimal uri instant date dateTime time base64Binary xhtml code:string id:string markdown:string
url:uri canonical:uri uuid:uri oid:uri unsignedInt:integer positiveInt:integer
"""
PARENTS: dict[str, str] = {}
CHILDREN: dict[str, dict[str, str]] = {}
PRIMITIVES = frozenset(one.partition(":")[0] for one in _PRIMITIVES.split())
# What stands after `value` in JSON: valueDateTime is a dateTime, valueCoding a Coding.
SUFFIXES = {name[0].upper() + name[1:]: name for name in PRIMITIVES}
TEMPORAL = frozenset({"date", "dateTime", "instant", "time"})
SYSTEM = frozenset({"Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity", "Any"})


def is_a(kind: str, wanted: str) -> bool:
    """Tell whether a FHIR type is the wanted one, or below it."""
    while kind:
        if kind == wanted:
            return True
        kind = PARENTS.get(kind, "")
    return False


def is_known(name: str) -> bool:
    """Tell whether a name is that of a FHIR type this table knows, or may be a resource it leaves out."""
    return name in PRIMITIVES or name in CHILDREN or (name[:1].isupper() and name.isalpha())


@lru_cache(maxsize=1024)
def lineage(kind: str) -> tuple[str, ...]:
    """Return a type and all above it."""
    return (kind, *lineage(PARENTS[kind])) if PARENTS.get(kind) else (kind,)


def _read() -> None:
    for line in _TYPES.replace(",\n ", ",").strip().splitlines():
        head, _, told = line.partition(":")
        name, _, parent = head.rstrip(")").partition("(")
        PARENTS[name] = parent
        own = dict(_pairs(told))
        CHILDREN[name] = {**CHILDREN.get(parent, {}), **own}
    for one in _PRIMITIVES.split():
        name, _, parent = one.partition(":")
        PARENTS[name] = parent or "Element"


def _pairs(told: str) -> Iterator[tuple[str, str]]:
    for pair in filter(None, map(str.strip, told.split(","))):
        name, _, kind = pair.partition(" ")
        yield name, kind


_read()
