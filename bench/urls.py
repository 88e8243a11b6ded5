"""The product's addresses, and those of the floors."""

from django.urls import include, path

from bench.floors import bare_booking

urlpatterns = [path("bench/booking/", bare_booking), path("", include("config.urls"))]
