"""The way in: sign-up with a code, sign-in, passwords, the second factor; on a phone, with and without JavaScript."""

import base64
import hmac
import re
import time

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from config.core.models import User
from tests.browser import pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct horse battery staple"


@pytest.fixture
def member(live_server):
    user = User.objects.create_user("robin.member@example.com", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def code_of_last_mail():
    return re.search(r"^ {4}(\S+)$", mail.outbox[-1].body, re.MULTILINE).group(1)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "landing"),
        ("/account/login/", "sign-in"),
        ("/account/signup/", "sign-up"),
        ("/account/password/reset/", "reset-password"),
        ("/account/password/reset/done/", "reset-password-sent"),
        ("/account/password/reset/key/done/", "password-chosen"),
        ("/account/inactive/", "account-inactive"),
        ("/demo/mail/", "demo-mail"),
    ],
)
def test_page_for_strangers_is_sound(look, path, name):
    look(path, name=name)


def test_style_guide_is_sound_in_light_and_dark(look):
    look("/demo/style/?errors", name="style", schemes=("light", "dark"))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/account/", "account"),
        ("/account/logout/", "sign-out"),
        ("/account/password/change/", "change-password"),
        ("/account/email/", "change-email"),
        ("/account/two-step/", "two-step"),
    ],
)
def test_page_of_a_member_is_sound(look, member, path, name):
    look(path, name=name, user=member)


def test_sign_in_refused_is_sound(look, member):
    def fail(page):
        page.get_by_label("Email").fill(member.email)
        page.get_by_label("Password", exact=True).fill("not the right password")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("alert").wait_for()

    look("/account/login/", name="sign-in-refused", act=fail)


def test_missing_page_is_sound(open_page):
    page = open_page()

    answer = page.goto("/no-such-page/")

    assert answer.status == 404
    assert pages.inspect(page, "missing") == []


@pytest.mark.parametrize("path", ["/admin/", "/admin/providers/healthcareservice/"], ids=["index", "list"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_admin_is_in_our_colours_and_axe_finds_nothing(open_page, path, scheme):
    admin = User.objects.create_superuser("avery.admin@example.com", PASSWORD)
    page = open_page(size=pages.DESK, user=admin, scheme=scheme)

    page.goto(path)
    pages.picture(page, f"{path.strip('/').replace('/', '-')}-{scheme}")

    assert pages.accessibility_faults(page) == []


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_stranger_signs_up_on_a_phone(open_page, javascript):
    page = open_page(javascript=javascript)

    page.goto("/")
    page.get_by_role("link", name="Get started").click()
    page.get_by_label("Email").fill("pat.newcomer@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("heading", name="Check your email").wait_for()
    page.get_by_label("Code").fill(code_of_last_mail())
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/register/")

    assert EmailAddress.objects.get(email="pat.newcomer@example.com").verified


def test_short_password_is_explained_at_its_field(open_page):
    page = open_page(javascript=False)

    page.goto("/account/signup/")
    page.get_by_label("Email").fill("pat.newcomer@example.com")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Create account").click()

    assert page.title().startswith("Error: ")
    field = page.get_by_label("Password", exact=True)
    assert field.get_attribute("aria-invalid") == "true"
    told = " ".join(
        page.locator(f"[id='{id_}']").inner_text() for id_ in field.get_attribute("aria-describedby").split()
    )
    assert "15 characters" in told
    assert "too short" in told
    page.get_by_role("alert").get_by_role("link", name="Password").click()
    assert page.url.endswith("#id_password1")


def test_summary_of_errors_takes_the_focus(phone):
    phone.goto("/account/login/")
    phone.get_by_role("button", name="Sign in", exact=True).click()

    phone.wait_for_function("document.activeElement.id === 'error-summary'")


def test_keyboard_alone_signs_in(phone, member):
    phone.goto("/account/login/")
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.textContent") == "Skip to the content"
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    phone.keyboard.type(member.email)
    phone.keyboard.press("Tab")
    while phone.evaluate("document.activeElement.id") != "id_password":
        phone.keyboard.press("Tab")
    phone.keyboard.type(PASSWORD)
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/register/")


def test_password_is_chosen_anew_by_mail(open_page, member):
    page = open_page(javascript=False)

    page.goto("/account/password/reset/")
    page.get_by_label("Email").fill(member.email)
    page.get_by_role("button", name="Send the link").click()
    link = re.search(r"https?://\S+", mail.outbox[-1].body).group(0)
    page.goto(link)
    page.get_by_label("New Password", exact=True).fill("four other unrelated words")
    if page.get_by_label("New Password (again)").count():
        page.get_by_label("New Password (again)").fill("four other unrelated words")
    page.get_by_role("button", name="Save password").click()

    member.refresh_from_db()
    assert member.check_password("four other unrelated words")
    assert member.email not in mail.outbox[-1].body


def test_second_factor_is_set_up_and_then_asked_for(open_page, member):
    page = open_page(size=pages.DESK)
    page.goto("/account/login/?next=/account/two-step/")
    sign_in(page, member)
    page.get_by_role("link", name="Set up the app").click()
    page.get_by_role("heading", name="Is it still you?").wait_for()
    assert pages.inspect(page, "still-you") == []
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("heading", name="Set up your authenticator app").wait_for()
    assert pages.inspect(page, "set-up-app") == []
    pages.picture(page, "set-up-app")
    secret = page.locator(".code").inner_text()
    page.get_by_label("Authenticator code").fill(totp(secret))
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    assert pages.inspect(page, "recovery-codes") == []
    pages.picture(page, "recovery-codes")

    other = open_page()
    other.goto("/account/login/")
    sign_in(other, member)
    other.get_by_role("heading", name="Enter your sign-in code").wait_for()
    assert pages.inspect(other, "sign-in-code") == []
    pages.picture(other, "sign-in-code")


def sign_in(page, user):
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def totp(secret):
    """Return the code that an authenticator app shows now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), int(time.time() // 30).to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 10**6:06d}"
