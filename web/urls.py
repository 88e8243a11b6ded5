"""Every page's address."""

from django.urls import URLPattern, URLResolver, path

from web.views.book import appointment, book, book_again, cancel_appointment
from web.views.home import home
from web.views.styleguide import styleguide
from web.views.week import week

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("book/", book, name="book"),
    path("bookings/<int:booking_id>/", appointment, name="appointment"),
    path("bookings/<int:booking_id>/again/", book_again, name="book-again"),
    path("bookings/<int:booking_id>/cancel/", cancel_appointment, name="cancel-appointment"),
    path("styleguide/", styleguide, name="styleguide"),
    path("week/", week, name="week"),
]
