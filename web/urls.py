"""Every page's address."""

from django.urls import URLPattern, URLResolver, path

from web.views.styleguide import styleguide

urlpatterns: list[URLPattern | URLResolver] = [
    path("styleguide/", styleguide, name="styleguide"),
]
