# The production image: our code and the base requirements, nothing else. The embedded servers of
# `./portal run` are never in it.
FROM python:3.13-slim-bookworm AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary=:all: -r /tmp/base.txt

FROM python:3.13-slim-bookworm
# Fixed numbers, so that the secret files on the host can be given to this user.
RUN groupadd --gid 10001 impna && useradd --uid 10001 --gid 10001 --no-create-home impna
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/impna
COPY manage.py pyproject.toml LICENSE ./
COPY impna impna
COPY custody custody
COPY partners partners
COPY submissions submissions
COPY cases cases
COPY templates templates
COPY static static
COPY deploy/enter /usr/local/bin/enter
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=impna.settings
RUN install -d -o impna -g impna -m 0700 /var/lib/impna /var/lib/impna/store /var/lib/impna/keys \
        /var/lib/impna/beat \
    && install -d -o impna -g impna -m 0755 /var/lib/impna/static
USER 10001:10001
ENTRYPOINT ["enter"]
CMD ["gunicorn", "--config", "python:impna.gunicorn", "impna.wsgi:application"]
