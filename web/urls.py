"""Every page's address."""

from django.urls import URLPattern, URLResolver, path

from web.views.book import appointment, book, book_again, cancel_appointment
from web.views.calendar import calendar, calendar_change, calendar_revoke, calendar_rotate
from web.views.home import home
from web.views.more import more
from web.views.preferences import preferences
from web.views.styleguide import styleguide
from web.views.week import week

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("book/", book, name="book"),
    path("bookings/<int:booking_id>/", appointment, name="appointment"),
    path("bookings/<int:booking_id>/again/", book_again, name="book-again"),
    path("bookings/<int:booking_id>/cancel/", cancel_appointment, name="cancel-appointment"),
    path("calendar/", calendar, name="calendar"),
    path("calendar/<int:pk>/", calendar_change, name="calendar-change"),
    path("calendar/<int:pk>/revoke/", calendar_revoke, name="calendar-revoke"),
    path("calendar/<int:pk>/rotate/", calendar_rotate, name="calendar-rotate"),
    path("more/", more, name="more"),
    path("preferences/", preferences, name="preferences"),
    path("styleguide/", styleguide, name="styleguide"),
    path("week/", week, name="week"),
]
