"""Prometheus metrics: requests of this process, and jobs, queue, letters, batches, alarms as the database has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from api.ports import BatchState, JobState, WorkState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.core import Metric

    from api.usecases.deps import Deps

CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8; escaping=underscores"
_SECONDS = (0.005, 0.02, 0.1, 0.5, 2, 10, 60)


class Metrics:
    """One registry for one app, so that two apps in a process do not count together."""

    def __init__(self, deps: Deps) -> None:
        """Count requests here and read the rest from the database when asked."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "posthoorn_http_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "posthoorn_http_seconds", "Time to answer.", ("method", "route"), registry=self._registry, buckets=_SECONDS
        )
        self._registry.register(_Stored(deps))

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request; ``route`` is the pattern, never the path, so that there are few and none holds an id."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)


class _Stored(Collector):
    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering must not touch the database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """On one snapshot."""
        with self._deps.database.read() as uow:
            totals, work = uow.jobs.totals(), uow.work.counts()
            in_state, ringing = uow.batches.counts(), len(uow.alarms.all_open())
        jobs = GaugeMetricFamily("posthoorn_print_jobs", "Print jobs by state.", labels=["state"])
        for state in JobState:
            jobs.add_metric([state], totals[state].jobs if state in totals else 0)
        queue = GaugeMetricFamily("posthoorn_work_items", "Work items by state.", labels=["state"])
        for each in WorkState:
            queue.add_metric([each], work.get(each, 0))
        composed = sum(total.composed for total in totals.values())
        letters = CounterMetricFamily("posthoorn_letters_composed", "Letters composed.", value=composed)
        batches = GaugeMetricFamily("posthoorn_batches", "Batches by state.", labels=["state"])
        for stage in BatchState:
            batches.add_metric([stage], in_state.get(stage, 0))
        alarms = GaugeMetricFamily("posthoorn_open_alarms", "Batches that wait too long.", value=ringing)
        return (jobs, queue, letters, batches, alarms)
