"""What a patient reads is there in every language that the clinic offers, and no page mixes two of them."""

import ast
import re
from collections import defaultdict

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

from config.embedded.paths import CHECKOUT

# Whose words are translated: each with its own folder `locale`. Clinicians and admins read English.
APPS = ("config", "providers", "intake", "consultations")
LANGUAGES = tuple(code for code, _ in settings.LANGUAGES if code != "en")
CATALOGS = [
    pytest.param(catalog, id=str(catalog.relative_to(CHECKOUT)))
    for app in APPS
    for catalog in sorted((CHECKOUT / app / "locale").glob("*/LC_MESSAGES/*.po"))
]
# Folders and single files of templates whose every word has to be marked for translation.
PATIENT_TEMPLATES = (
    "config/core/templates/400.html",
    "config/core/templates/403.html",
    "config/core/templates/403_csrf.html",
    "config/core/templates/404.html",
    "config/core/templates/405.html",
    "config/core/templates/429.html",
    "config/core/templates/500.html",
    "config/core/templates/account",
    "config/core/templates/allauth",
    "config/core/templates/base.html",
    "config/core/templates/components",
    "config/core/templates/core/account.html",
    "config/core/templates/core/landing.html",
    "config/core/templates/core/widgets",
    "config/core/templates/mfa",
    "consultations/templates/consultations/account",
    "consultations/templates/consultations/patient",
    "intake/templates/intake/consents.html",
    "intake/templates/intake/details.html",
    "intake/templates/intake/parts",
    "intake/templates/intake/questions.html",
    "intake/templates/intake/review_answers.html",
    "intake/templates/intake/sign_consent.html",
    "intake/templates/intake/widgets",
)
# What is called so in every language.
NAMES = re.compile(r"Anteroom")
FIRST_STRING = re.compile(r"""(?:\b_|\bn?gettext)\(\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
FUNCTIONS = {"gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}


def entries(app, language, domain):
    """Return the entries of a catalog by what they translate."""
    file = CHECKOUT / app / "locale" / language / "LC_MESSAGES" / f"{domain}.po"
    return {entry.msgid: entry for entry in polib.pofile(str(file))} if file.exists() else {}


def marked_in_templates(app):
    """Yield what templates of an app mark for translation."""
    for file in (*CHECKOUT.glob(f"{app}/**/templates/**/*.html"), *CHECKOUT.glob(f"{app}/**/templates/**/*.txt")):
        for found in FIRST_STRING.finditer(templatize(file.read_text(), origin=str(file))):
            yield ast.literal_eval(found[1])


def marked_in_python(app):
    """Yield what modules of an app mark for translation."""
    for file in (CHECKOUT / app).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
                assert isinstance(node.args[0], ast.Constant), f"{file}:{node.lineno} marks what nobody can translate"
                yield node.args[0].value


def marked_in_scripts(app):
    """Yield what scripts of an app mark for translation."""
    for file in (CHECKOUT / app).glob("**/static/**/*.js"):
        for found in re.finditer(r'\bgettext\(("(?:[^"\\]|\\.)*")', file.read_text()):
            yield ast.literal_eval(found[1])


def bare_words(template):
    """Return what a reader would see of a template without it having been marked for translation."""
    text = re.sub(r"\{% comment.*?endcomment %\}|\{#.*?#\}", "", template, flags=re.DOTALL)
    text = re.sub(r"\{% block page_class %\}.*?\{% endblock page_class %\}", "", text)
    text = re.sub(r"\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}", "", text, flags=re.DOTALL)
    text = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    said = re.findall(
        r"""\b(?:aria-label|title|alt|placeholder|text|link|label|hint)=["']([^"'{}]*[A-Za-z][^"'{}]*)["']""", text
    )
    said += re.findall(r"""\|default:["']([A-Z][^"']*)["']""", text)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|&\w+;", "\n", text, flags=re.DOTALL)
    said += [line.strip() for line in text.splitlines()]
    return [words for words in said if re.search(r"[A-Za-z]{2}", NAMES.sub("", words))]


@pytest.mark.parametrize("catalog", CATALOGS)
def test_every_word_of_a_catalog_is_translated(catalog):
    book = polib.pofile(str(catalog))

    assert [entry.msgid for entry in book if not entry.obsolete and not entry.translated()] == []
    assert [entry.msgid for entry in book.obsolete_entries()] == []


@pytest.mark.parametrize("catalog", CATALOGS)
def test_translation_names_the_same_values_as_the_original(catalog):
    def values(text):
        return sorted(re.findall(r"%\(\w+\)[sd]|\{\w*\}|%[sd]", text))

    apart = [
        entry.msgid
        for entry in polib.pofile(str(catalog))
        for told in ([entry.msgstr] if entry.msgstr else entry.msgstr_plural.values())
        if values(told) not in (values(entry.msgid), values(entry.msgid_plural))
    ]

    assert apart == []


@pytest.mark.parametrize("catalog", CATALOGS)
def test_compiled_catalog_is_the_one_that_is_read(catalog):
    def words(book):
        return {entry.msgid: entry.msgstr or entry.msgstr_plural for entry in book if not entry.obsolete}

    assert words(polib.mofile(str(catalog.with_suffix(".mo")))) == words(polib.pofile(str(catalog)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_words_are_translated_alike_in_every_app(language):
    told = defaultdict(set)
    for app in APPS:
        for domain in ("django", "djangojs"):
            for text, entry in entries(app, language, domain).items():
                told[text].add(entry.msgstr or tuple(entry.msgstr_plural.values()))

    assert {text: found for text, found in told.items() if len(found) > 1} == {}


def test_a_visit_has_one_name_in_spanish():
    other_names = re.compile(r"\b(visita|cita)s?\b", re.IGNORECASE)
    files = [
        *CHECKOUT.glob("*/locale/es/LC_MESSAGES/*.po"),
        *CHECKOUT.glob("*/catalogue/**/*.json"),
        *CHECKOUT.glob("*/catalogue/**/*.es.md"),
        *CHECKOUT.glob("*/catalogue/messages/es/**/*.txt"),
    ]

    assert len(files) > 20
    assert {
        f"{file.relative_to(CHECKOUT)}:{number}": line.strip()
        for file in files
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if other_names.search(line)
    } == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("app", APPS)
def test_everything_marked_is_in_the_catalog(app, language):
    words, script_words = entries(app, language, "django"), entries(app, language, "djangojs")

    assert {text for text in (*marked_in_templates(app), *marked_in_python(app)) if text not in words} == set()
    assert {text for text in marked_in_scripts(app) if text not in script_words} == set()


@pytest.mark.parametrize("place", PATIENT_TEMPLATES)
def test_template_that_patients_see_has_no_word_that_is_not_marked(place):
    path = CHECKOUT / place
    files = sorted(path.rglob("*.html")) if path.is_dir() else [path]

    assert files
    assert {str(file.relative_to(path)): found for file in files if (found := bare_words(file.read_text()))} == {}


def test_words_that_are_not_marked_are_noticed():
    template = """{% load i18n %}<p title="Hello there">{% translate "Marked" %} <b>Not marked</b>
        {{ value|default:"Nothing" }}{{ value|default:_("Marked") }}</p>"""

    assert bare_words(template) == ["Hello there", "Nothing", "Not marked"]
