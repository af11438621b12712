FROM python:3.11-slim-bookworm AS build

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /src

# The libraries first: this layer stays as long as they do.
COPY pyproject.toml constraints.txt ./
RUN python -m venv /opt/leadsync \
    && python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
        > requirements.txt \
    && /opt/leadsync/bin/pip install -c constraints.txt -r requirements.txt

COPY README.md ./
COPY config config
COPY connectors connectors
COPY sync sync
RUN /opt/leadsync/bin/pip install --no-deps . \
    && /opt/leadsync/bin/pip check \
    && /opt/leadsync/bin/leadsync --help > /dev/null \
    && mkdir -p /var/lib/leadsync


FROM python:3.11-slim-bookworm

# A number, not a name: orchestrators can see that it is not root, and no account has to be made.
COPY --from=build /opt/leadsync /opt/leadsync
COPY --from=build --chown=10001:10001 /var/lib/leadsync /var/lib/leadsync
USER 10001:10001

ENV PATH=/opt/leadsync/bin:$PATH \
    HOME=/var/lib/leadsync \
    PYTHONUNBUFFERED=1 \
    LEADSYNC_DATA_DIR=/var/lib/leadsync

WORKDIR /var/lib/leadsync
VOLUME /var/lib/leadsync
EXPOSE 8080
STOPSIGNAL SIGTERM

# Without proxies: an HTTP_PROXY for the CRMs must not be asked about loopback.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:' + os.environ.get('LEADSYNC_HTTP__PORT', '8080') + '/healthz', timeout=4)"]

ENTRYPOINT ["leadsync"]
CMD ["run"]
