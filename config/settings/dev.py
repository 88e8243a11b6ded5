"""One clinic on one laptop: everything works with no setting at all."""

from config import env
from config.settings.base import *  # noqa: F403

DEBUG = env.flag("DEBUG", default=True)
SECRET_KEY = env.text("SECRET_KEY") or "development only, never in production: set SECRET_KEY"
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
