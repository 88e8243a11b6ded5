# One image for web, worker and beat: docker-compose.yml says which it is.

FROM node:22-slim AS pages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.13-slim AS packages
COPY requirements/base.txt /build/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /build/base.txt

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.prod \
    STEADYWEEK_VAR_DIR=/srv/var
RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin steadyweek \
    && mkdir -p /srv/app /srv/var \
    && chown steadyweek /srv/var
WORKDIR /srv/app
COPY --from=packages /opt/venv /opt/venv
COPY . .
# The manifest of the pages' files is part of the image; the key below signs nothing, and stays in this one step.
RUN --mount=from=pages,source=/build/node_modules,target=/srv/app/node_modules \
    SECRET_KEY=only-to-collect-the-files-of-the-pages ALLOWED_HOSTS=localhost \
    python manage.py collectstatic --noinput --verbosity 0 \
    && chown -R steadyweek /srv/var
USER steadyweek
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4"]
