"""Addresses outside the API and the pages: the calendar feeds."""

from django.urls import path

from notifications.views import calendar_feed

urlpatterns = [path("<str:token>.ics", calendar_feed, name="calendar-feed")]
