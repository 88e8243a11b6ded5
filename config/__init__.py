"""Wires the applications together; holds no rule of the product."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
