# syntax=docker/dockerfile:1

# The same interpreter in both stages, so that the virtual environment can move from one to the other.
FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv .venv
COPY requirements ./requirements
# What the service needs, and the client of a cluster, so that one image does for both engines.
RUN .venv/bin/python -m pip install --no-cache-dir --require-hashes --no-deps -r requirements/build.txt \
 && .venv/bin/python -m pip install --no-cache-dir --require-hashes --no-deps --no-build-isolation -r requirements/opensearch.txt
COPY pyproject.toml README.md LICENSE ./
COPY indexer ./indexer
COPY service ./service
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
LABEL org.opencontainers.image.title="fupin" \
      org.opencontainers.image.description="Full-text search for archives of Chinese reporting on poverty alleviation" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 fupin \
 && useradd --system --uid 10001 --gid fupin --no-create-home --home-dir /nonexistent fupin \
 && install --directory --owner=fupin --group=fupin /index
WORKDIR /app
# Owned by root: the service cannot change its own code.
COPY --from=build /app/.venv ./.venv
COPY seeds ./seeds
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FUPIN_INDEX=/index \
    FUPIN_HOST=0.0.0.0
USER 10001:10001
VOLUME /index
EXPOSE 8000
STOPSIGNAL SIGTERM
# Asked without a proxy, on the port that the service has been given.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('FUPIN_PORT') or 8000), timeout=2); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["fupin"]
CMD ["serve"]
