"""Every address of the product."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("config.core.html.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/two-step/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("providers.api.urls")),
    path("api/v1/", include("consultations.api.urls_patient")),
    path("api/v1/", include("intake.api.urls")),
    path("", include("intake.html.urls")),
    path("clinic/", include("providers.html.urls")),
    path("api/v1/", include("consultations.api.urls_clinic")),
    path("clinic/", include("consultations.html.urls_clinic")),
    path("", include("consultations.html.urls_patient")),
]
