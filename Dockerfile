FROM python:3.11-slim-bookworm

# What WeasyPrint loads to set PDF.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    DATA_DIR=/data

WORKDIR /app

# The lock file first: the layer is rebuilt only when the dependencies change.
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY . .

# The key signs nothing: manage.py makes a throwaway one when none is given.
RUN useradd --create-home --uid 10001 regionskane \
    && mkdir -p /data/filer \
    && python manage.py collectstatic --noinput \
    && chown -R regionskane:regionskane /data

USER regionskane

EXPOSE 8000

# The Host header must be one that the site answers to.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/halsa/', headers={'Host': os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0].strip()}), timeout=8)"]

# The rest stands in gunicorn.conf.py.
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "--workers", "3", "--access-logfile", "-"]
