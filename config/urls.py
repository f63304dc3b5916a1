"""Every address of the product."""

from allauth.account.decorators import secure_admin_login
from csp.decorators import csp_update
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from consultations.html import health, metrics

# The API's description brings one style of its own; a library update that changes it says so in the console.
DESCRIPTION_STYLE = csp_update({"style-src": ["'sha256-MMpT0iDxyjALd9PdfepImGX3DBfJPXZ4IlDWdPAgtn0='"]})

handler404 = "config.core.api.outside.not_found"
handler500 = "config.core.api.outside.server_error"

# One way in: with its limits on guessing and its second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("config.core.html.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/two-step/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
    path("_allauth/", include("allauth.headless.urls")),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", DESCRIPTION_STYLE(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="docs"),
    path("fhir/", include("consultations.api.urls_fhir")),
    path("fhir/", include("intake.api.urls_fhir")),
    path("api/v1/", include("providers.api.urls")),
    path("api/v1/", include("consultations.api.urls_patient")),
    path("api/v1/", include("intake.api.urls")),
    path("", include("intake.html.urls")),
    path("clinic/", include("providers.html.urls")),
    path("api/v1/", include("consultations.api.urls_clinic")),
    path("clinic/", include("consultations.html.urls_clinic")),
    path("clinic/", include("consultations.html.urls_safety")),
    path("", include("consultations.html.urls_patient")),
]
