# The web server; worker, beat and migrations are the same image with another command (docker-compose.yml).

FROM python:3.13-slim AS wheels

WORKDIR /build
COPY requirements.txt .
RUN pip wheel --no-cache-dir --require-hashes --requirement requirements.txt --wheel-dir /wheels


FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    STATIC_ROOT=/app/staticfiles \
    MERCAT_VAR=/app/var \
    MPLCONFIGDIR=/tmp/matplotlib

WORKDIR /app
RUN useradd --system --no-create-home --uid 10001 mercat && \
    install --directory --owner mercat --group mercat /app/var
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --no-deps --compile /wheels/*.whl
COPY . .

# Neither value is used for anything but to load the settings, and neither is kept.
RUN SECRET_KEY=unused ALLOWED_HOSTS=unused CELERY_BROKER_URL=memory:// \
    python manage.py collectstatic --no-input

USER 10001
EXPOSE 8000

# Asked by a name that the settings allow, as any other client would have to.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import http.client, os; web = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); web.request('GET', '/health/live', headers={'Host': os.environ['ALLOWED_HOSTS'].split(',')[0].strip().lstrip('.').replace('*', 'localhost')}); raise SystemExit(web.getresponse().status != 200)"]

CMD ["gunicorn", "--config", "config/gunicorn.py", "--bind", "0.0.0.0:8000", "--access-logfile", "-", "config.wsgi"]
