"""The pages: views, forms, templates and static files only."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"
