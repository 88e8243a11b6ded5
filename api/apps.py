"""The REST interface: serializers and views only."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
