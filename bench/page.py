"""What one page takes of the web process, nothing cached, with Django's test client.

CPU is the web process's own; the database server's is not in it.
"""

import gzip
import time
from statistics import median

from bench.database import database_version  # isort: skip -- before any model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.table import Row

MOST_QUERIES = 8
WARM_UP = 5


def page_row(client: Client, figure: str, address: str, most_cpu_ms: int, most_kb: int, times: int) -> Row:
    cpu = []
    for _ in range(times + WARM_UP):
        start = time.process_time()
        response = client.get(address)
        cpu.append((time.process_time() - start) * 1e3)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    kilobytes = len(gzip.compress(response.content, 6)) / 1_000
    milliseconds = median(cpu[WARM_UP:])
    measured = f"{len(queries)} queries, {milliseconds:.1f} ms (median of {times}), {kilobytes:.1f} kB"
    whole = response.status_code == 200
    held = len(queries) <= MOST_QUERIES and milliseconds <= most_cpu_ms and kilobytes <= most_kb
    return Row(
        figure,
        f"≤ {MOST_QUERIES} queries, ≤ {most_cpu_ms} ms of CPU, ≤ {most_kb} kB gzipped",
        measured if whole else f"broken: status {response.status_code}",
        whole and held,
        database_version(),
    )
