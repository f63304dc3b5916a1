"""Addresses of the kernel's pages; those of the demo exist only where settings say DEMO."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog, set_language

from config.core.html import mail, style, views

# Every page in another language asks for them; their address has the language, so that a browser may keep them a while.
_words = cache_control(private=True, max_age=600)

app_name = "core"
urlpatterns: list[URLPattern] = [
    path("", views.landing, name="landing"),
    path("account/", views.account, name="account"),
    path("language/", login_not_required(set_language), name="language"),
    path("language/words.js", login_not_required(_words(JavaScriptCatalog.as_view())), name="script-words"),
]
if settings.DEMO:
    urlpatterns += [
        path("demo/mail/", mail.demo_mail, name="demo-mail"),
        path("demo/mail/<slug:name>/", mail.read_demo_mail, name="read-demo-mail"),
        path("demo/style/", style.demo_style, name="demo-style"),
    ]
