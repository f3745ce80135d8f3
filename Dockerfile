# The product's image: web, bot and migrate are three commands of it. No simulator, no embedded servers, no
# tests: .dockerignore lets in only what is named there. The steps are those of `make run`: install
# requirements.txt, collectstatic; then, at each start, migrate and ensure_admin (docker-compose.yml).

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt constraints.txt ./
RUN /opt/venv/bin/python -m pip install --only-binary :all: -r requirements.txt

FROM python:3.13-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MEDIA_ROOT=/data/media \
    TMPDIR=/data/tmp
# Uploads wait in /data/tmp, beside the media folder: moving a file there is a rename. Neither is memory.
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin helpdesk \
    && install -d -o helpdesk -g helpdesk -m 0750 /data /data/media /data/tmp
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
RUN SECRET_KEY=only-for-this-step-0123456789abcdefghijklmnop DATABASE_URL=postgres://nobody@127.0.0.1:9/none \
        python manage.py collectstatic --noinput \
    && python -m compileall -q /app
USER helpdesk
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "helpdesk.server", "--host", "0.0.0.0", "--port", "8000"]
