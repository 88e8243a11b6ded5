"""Every address: the API, the feed, the health checks, sign-in, and the pages."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("api.urls")),
    path("calendar/", include("notifications.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("config.health")),
    path("", include("django_prometheus.urls")),
    path("", include("web.urls")),
]

handler403 = "web.views.errors.forbidden"
handler404 = "web.views.errors.not_found"
handler500 = "web.views.errors.server_error"
