"""
What is wrong with the words that somebody wrote for a message, before anybody gets them.

A message goes where others may read it, so it says nothing about health: HHS, "Does the HIPAA Privacy Rule permit
appointment reminders" asks to limit what is disclosed; 45 CFR 164.502(b), 164.530(c).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.core.errors import FieldError
from consultations.domain import phrases, segments
from consultations.domain.codes import Channel, CommunicationKind
from consultations.domain.phrases import Phrase

SUBJECT_LIMIT = 78
BODY_LIMIT = 4000
PARTS_LIMIT = 3
# Names that people reach for and that would tell who somebody is, or how they are.
_PERSONAL = re.compile(
    r"name|surname|birth|age|sex|gender|email|mail|phone|address|answer|question|score|flag|reason|diagnos|condition|"
    r"medic|drug|dose|therapy|service|line|note|plan|state|patient|apellido|nombre|fecha|correo|edad|sexo|motivo|estado",
    re.IGNORECASE,
)
_CODE = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|\$\{|<%|%>")
_HTML = re.compile(r"<\s*[/!]?\s*[a-zA-Z][^>]*>|<!--|&(?:[a-zA-Z]+|#\d+);")
_HEALTH = re.compile(
    r"\b(?:anxi\w*|depress\w*|stress\w*|oxytocin\w*|diagnos\w*|disorder\w*|symptom\w*|medicat\w*|prescri\w*|suicid\w*|"
    r"hiv|pregnan\w*|addict\w*|psychiatr\w*|phq|gad|"
    r"ansiedad\w*|depresi\w*|estrés|oxitocina\w*|diagnós\w*|trastorno\w*|síntoma\w*|medicament\w*|recet\w*|"
    r"embaraz\w*|adicci\w*|psiquiatr\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """
    What words for one message have to keep.

    shipped  the words that come with the product, by language; each of these languages is needed
    frames   what is put around the words when they are sent, by language
    values   what placeholders may become at their longest, by language
    private  names of the service line that must not be told
    """

    kind: CommunicationKind | str
    channel: Channel | str
    shipped: Mapping[str, Phrase]
    frames: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    private: tuple[str, ...] = ()


def check(written: Mapping[str, Phrase], rules: Rules) -> tuple[FieldError, ...]:
    """Return what is wrong, in the order of languages; fields are `subject_<language>` and `body_<language>`."""
    found: list[FieldError] = []
    for language, shipped in rules.shipped.items():
        phrase = written.get(language, Phrase("", ""))
        if rules.channel == Channel.EMAIL:
            found += _subject(f"subject_{language}", phrase, rules, rules.values[language])
        found += _body(f"body_{language}", phrase, rules, language)
        if not phrase.body.strip() or _has_all(phrase, shipped):
            continue
        missing = [name for name in phrases.needed(shipped) if name not in phrases.used(_whole(phrase))]
        words = f"These words need {_listed(missing)}: without it the message is of no use."
        found.append(FieldError(f"body_{language}", "placeholder-missing", words))
    return (*found, *_untranslated(written, rules))


def _has_all(phrase: Phrase, shipped: Phrase) -> bool:
    return set(phrases.needed(shipped)) <= phrases.used(_whole(phrase))


def _whole(phrase: Phrase) -> str:
    return f"{phrase.subject}\n{phrase.body}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(f"{{{name}}}" for name in names)


def _subject(field: str, phrase: Phrase, rules: Rules, values: Mapping[str, str]) -> list[FieldError]:
    subject = phrase.subject.strip()
    if not subject:
        return [FieldError(field, "missing", "Write a subject; every language needs one.")]
    found = _words(field, subject, rules)
    if "\n" in subject or "\r" in subject:
        found.append(FieldError(field, "two-lines", "A subject is one line."))
    if (length := len(phrases.fill(subject, values))) > SUBJECT_LIMIT:
        words = f"At most {SUBJECT_LIMIT} characters fit, with everything filled in. This may become {length}."
        found.append(FieldError(field, "too-long", words))
    return found


def _body(field: str, phrase: Phrase, rules: Rules, language: str) -> list[FieldError]:
    body = phrase.body.strip()
    if not body:
        return [FieldError(field, "missing", "Write the words; a message without a translation is not sent.")]
    if len(body) > BODY_LIMIT:
        # Nothing more is looked for: in opened tags that takes as long as the square of their number.
        return [FieldError(field, "too-long", f"At most {BODY_LIMIT:,} characters fit here.")]
    found = _words(field, body, rules)
    if rules.channel == Channel.SMS:
        values = rules.values[language]
        text = phrases.fill(rules.frames[language], {**values, "words": phrases.fill(body, values)})
        if (size := segments.count(text)).parts > PARTS_LIMIT:
            words = f"At most {PARTS_LIMIT} parts of a text message. This becomes {size.parts} ({size.alphabet})."
            found.append(FieldError(field, "too-long", words))
    return found


def _words(field: str, text: str, rules: Rules) -> list[FieldError]:
    found, plain = [], phrases.PLACEHOLDER.sub("", text)
    if _CODE.search(text):
        found.append(FieldError(field, "code", "Only {placeholders} in single braces are possible, no program code."))
    else:
        found += [_refused(field, name) for name in sorted(phrases.used(text) - set(phrases.allowed(rules.kind)))]
        if re.search(r"[{}]", plain):
            found.append(FieldError(field, "stray-brace", "A brace stands alone. Placeholders look like this: {link}."))
    if _HTML.search(text):
        found.append(FieldError(field, "html", "Plain words only, no HTML."))
    if any(ord(letter) < 32 and letter not in "\r\n\t" for letter in text):
        found.append(FieldError(field, "control-character", "There is a character in it that cannot be shown."))
    told = [match[0] for match in _HEALTH.finditer(plain)]
    told += [name for name in rules.private if name.casefold() in plain.casefold()]
    if told:
        words = f"“{told[0]}” tells something about health. Others may read this message; say it behind the link."
        found.append(FieldError(field, "health", words))
    return found


def _refused(field: str, name: str) -> FieldError:
    if _PERSONAL.search(name):
        words = f"{{{name}}} is personal and never leaves with a message. Say it behind the link."
        return FieldError(field, "personal", words)
    return FieldError(field, "unknown-placeholder", f"This message knows no {{{name}}}.")


def _untranslated(written: Mapping[str, Phrase], rules: Rules) -> list[FieldError]:
    first, *others = rules.shipped
    same = [
        language
        for language in others
        if (body := written.get(language, Phrase("", "")).body.strip())
        and body == written.get(first, Phrase("", "")).body.strip()
    ]
    return [
        FieldError(f"body_{language}", "not-translated", "These are the words of the other language.")
        for language in same
    ]
