#!/usr/bin/env python3
"""Makes grafana/dashboards/*.json from the panels below, two in a row; make observability-check says when to run it."""

from __future__ import annotations

import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
RATE = "[$__rate_interval]"
REQUESTS = "clowder_http_request_duration_seconds"
CALLS = "clowder_client_duration_seconds"


def panel(title: str, unit: str, *series: tuple[str, str], kind: str = "timeseries") -> dict:
    """A panel of series, each an expression and its legend; units are Grafana's."""
    return {"title": title, "unit": unit, "series": series, "kind": kind}


def total(metric: str, *by: str) -> tuple[str, str]:
    """How fast a counter grows, for each combination of labels."""
    return f"sum by ({', '.join(by)}) (rate({metric}{RATE}))", " ".join(f"{{{{{it}}}}}" for it in by)


def quantile(share: float, metric: str, matchers: str, *by: str) -> tuple[str, str]:
    """A latency that this share did not exceed, as exactly as the buckets allow."""
    buckets = f"sum by ({', '.join((*by, 'le'))}) (rate({metric}_bucket{{{matchers}}}{RATE}))"
    return f"histogram_quantile({share}, {buckets})", f"p{share * 100:g} " + " ".join(f"{{{{{it}}}}}" for it in by)


GATEWAY = 'job="gateway"'
OVERVIEW = [
    panel("Alerts that are on", "none", ('ALERTS{alertstate="firing"}', "{{alertname}}"), kind="table"),
    panel("Processes that answer", "none", ("job:up:count", "{{job}}"), kind="stat"),
    panel(
        "Share of requests that fail; 0.1 % may",
        "percentunit",
        ("gateway:failures:ratio5m", "5 minutes"),
        ("gateway:failures:ratio1h", "1 hour"),
        ("gateway:failures:ratio3d", "3 days"),
    ),
    panel(
        "Share of searches and listings over 250 ms; 1 % may",
        "percentunit",
        ("gateway:slow_listing_reads:ratio5m", "5 minutes"),
        ("gateway:slow_listing_reads:ratio1h", "1 hour"),
        ("gateway:slow_listing_reads:ratio3d", "3 days"),
    ),
    panel("Requests at the gateway, by route", "reqps", total(f"{REQUESTS}_count{{{GATEWAY}}}", "method", "route")),
    panel("Answers of the gateway, by status", "reqps", total(f"{REQUESTS}_count{{{GATEWAY}}}", "status")),
    panel(
        "Failed requests at the gateway, by route",
        "reqps",
        total(f'{REQUESTS}_count{{{GATEWAY}, status=~"5.."}}', "method", "route", "status"),
    ),
    panel("Latency at the gateway, by route", "s", quantile(0.99, REQUESTS, GATEWAY, "method", "route")),
    panel("Requests, by service", "reqps", total(f"{REQUESTS}_count", "job")),
    panel("Failed requests, by service", "reqps", total(f'{REQUESTS}_count{{status=~"5.."}}', "job", "status")),
    panel("Latency, by service", "s", quantile(0.5, REQUESTS, "", "job"), quantile(0.99, REQUESTS, "", "job")),
    panel("Answers from the cache, by route", "reqps", total("clowder_cache_requests_total", "route", "outcome")),
    panel("What the cache holds", "decbytes", ("sum by (route) (clowder_cache_bytes)", "{{route}}")),
    panel("Caches emptied by changes", "ops", total("clowder_cache_invalidations_total", "cache")),
]

RESILIENCE = [
    panel(
        "Closed breakers: 1 while calls pass",
        "none",
        ("clowder_breaker_closed", "{{job}} {{instance}} → {{service}}"),
    ),
    panel("Calls that were refused here, by reason", "ops", total("clowder_client_refusals_total", "service", "reason")),
    panel("What breakers do", "ops", total("clowder_breaker_changes_total", "job", "service", "to")),
    panel("Attempts", "reqps", total(f"{CALLS}_count", "job", "service")),
    panel("Latency of attempts", "s", quantile(0.99, CALLS, "", "job", "service")),
    panel("Retries", "ops", total("clowder_client_retries_total", "job", "service")),
    panel(
        "Share of calls that are tried again; the budget is 20 % and 10/s",
        "percentunit",
        ("upstream:retries:ratio5m", "{{job}} → {{service}}"),
    ),
    panel("Hedges", "ops", total("clowder_client_hedges_total", "service", "outcome")),
    panel("Replicas in pools", "none", ("clowder_pool_replicas", "{{job}} {{instance}} → {{service}}")),
    panel("Ejected replicas", "none", ("clowder_pool_ejected_replicas", "{{job}} {{instance}} → {{service}}")),
    panel("Ejections, by reason", "ops", total("clowder_pool_ejections_total", "job", "service", "reason")),
    panel(
        "Returns and probes",
        "ops",
        (total("clowder_pool_returns_total", "job", "service")[0], "returns {{job}} → {{service}}"),
        (total("clowder_pool_probes_total", "job", "service")[0], "probes {{job}} → {{service}}"),
    ),
    panel(
        "Pools in panic, and picks in it",
        "none",
        ("max by (job, service) (clowder_pool_panicking)", "panic {{job}} → {{service}}"),
        (total("clowder_pool_panic_picks_total", "job", "service")[0], "picks/s {{job}} → {{service}}"),
    ),
    panel(
        "How long ago the registry was heard",
        "s",
        ("clowder_pool_set_age_seconds", "{{job}} {{instance}} → {{service}}"),
    ),
    panel("Sets held against the registry", "none", ("clowder_pool_set_held", "{{job}} {{instance}} → {{service}}")),
    panel(
        "Requests in flight at the gateway, and how many may be",
        "none",
        (f"clowder_http_requests_in_flight{{{GATEWAY}}}", "{{instance}}"),
        ("clowder_concurrency_limit", "limit {{instance}}"),
    ),
    panel("Leases that could not be renewed", "ops", total("clowder_registry_renewal_failures_total", "job", "instance")),
    panel("Requests shed, by priority", "reqps", total("clowder_shed_requests_total", "priority")),
    panel("Requests over a rate limit, by policy", "reqps", total("clowder_rate_limited_requests_total", "policy")),
    panel("Rate limits decided about without Redis", "reqps", total("clowder_rate_limit_fallbacks_total", "reason")),
    panel(
        "Requests that were no HTTP or too slow",
        "reqps",
        total("clowder_http_refused_requests_total", "job", "reason"),
    ),
    panel(
        "Experiments: latency of each arm",
        "s",
        quantile(0.99, "clowder_variant_duration_seconds", "", "experiment", "arm"),
    ),
    panel(
        "Experiments: answers of each arm",
        "reqps",
        total("clowder_variant_duration_seconds_count", "experiment", "arm", "outcome"),
    ),
]

MAIL = [
    panel(
        "Sign-ups, messages relayed and settled, in 10 minutes",
        "none",
        ("mail:signups:increase10m", "sign-ups"),
        ("mail:relayed:increase10m", "relayed from the outbox"),
        ("mail:settled:increase10m", "{{outcome}}"),
    ),
    panel("Messages relayed from the outbox", "ops", total("clowder_outbox_relayed_total", "instance")),
    panel(
        "What became of mails",
        "ops",
        total('clowder_queue_messages_total{topic="mail"}', "outcome"),
    ),
    panel(
        "What became of erasures",
        "ops",
        total('clowder_queue_messages_total{topic="account-erasure"}', "outcome"),
    ),
    panel(
        "Messages in the outbox",
        "none",
        ("max(clowder_outbox_backlog)", "waiting"),
        ("max(clowder_outbox_refused)", "refused by the queue"),
    ),
    panel(
        "For how long the oldest message has waited",
        "s",
        ("max(clowder_outbox_oldest_age_seconds)", "in the outbox"),
        ("max(clowder_queue_oldest_due_age_seconds)", "in the queue, due"),
    ),
    panel("Claims that could not be renewed", "ops", total("clowder_queue_renewal_failures_total", "topic")),
    panel("Messages in the queue, by state", "none", ("max by (state) (clowder_queue_depth)", "{{state}}")),
    panel(
        "Dead letters since the processes started, by topic",
        "none",
        ('sum by (topic) (clowder_queue_messages_total{outcome="dead"})', "{{topic}}"),
        kind="stat",
    ),
    panel("NATS: connections that failed", "ops", total("clowder_queue_connect_failures_total", "job", "instance")),
    panel(
        "NATS: claims that others were faster with, watches replaced",
        "ops",
        (total("clowder_queue_conflicts_total", "job")[0], "conflicts {{job}}"),
        (total("clowder_queue_watches_replaced_total", "job")[0], "watches {{job}}"),
    ),
    panel(
        "Calls about dead letters",
        "reqps",
        total(f'{REQUESTS}_count{{job="mail-worker"}}', "route", "status"),
    ),
]

PROCESSES = [
    panel("Processes that answer", "none", ("sum by (job) (up)", "{{job}}")),
    panel("Processes that do not", "none", ("up == 0", "{{job}} {{instance}}"), kind="table"),
    panel("Starts in half an hour", "none", ("changes(process_start_time_seconds[30m])", "{{job}} {{instance}}")),
    panel("Checks that fail", "none", ("clowder_check_passes == 0", "{{job}} {{instance}}: {{check}}"), kind="table"),
    panel("Processors in use", "none", ("rate(process_cpu_seconds_total[1m])", "{{job}} {{instance}}")),
    panel("Requests in flight", "none", ("clowder_http_requests_in_flight", "{{job}} {{instance}}")),
    panel("Age of the key that signs tokens", "s", ("clowder_signing_key_age_seconds", "{{instance}}")),
    panel("Resident memory", "bytes", ("process_resident_memory_bytes", "{{job}} {{instance}}")),
    panel("Threads", "none", ("process_threads", "{{job}} {{instance}}")),
    panel(
        "Descriptors in use, of those that there may be",
        "percentunit",
        ("process_open_fds / process_max_fds", "{{job}} {{instance}}"),
    ),
    panel("Spans that were lost, by reason", "ops", total("clowder_spans_dropped_total", "job", "reason")),
    panel("How long a scrape takes", "s", ("scrape_duration_seconds", "{{job}} {{instance}}")),
    panel("Samples of a scrape", "none", ("scrape_samples_scraped", "{{job}} {{instance}}")),
    panel("Series dropped", "ops", total("clowder_metrics_dropped_series_total", "job", "instance")),
    panel("Times that all connections were taken", "ops", total("clowder_http_connection_limit_reached_total", "job")),
    panel("Connections of TCP routes, by outcome", "ops", total("clowder_tcp_connections_total", "service", "outcome")),
    panel("TLS handshakes that failed", "ops", total("clowder_tls_handshake_failures_total", "job", "reason")),
    panel(
        "Until the certificate ends",
        "s",
        ("clowder_tls_certificate_expiry_seconds - time()", "{{job}} {{instance}}"),
    ),
    panel(
        "PostgreSQL: connections that failed",
        "ops",
        total("clowder_database_connect_failures_total", "job", "instance"),
    ),
    panel("PostgreSQL: transactions done again", "ops", total("clowder_database_conflicts_total", "job", "instance")),
    panel("Routes reloaded, by outcome", "ops", total("clowder_configuration_reloads_total", "outcome")),
]

DASHBOARDS = {
    "overview": ("Clowder: overview", OVERVIEW),
    "resilience": ("Clowder: resilience", RESILIENCE),
    "mail": ("Clowder: mail", MAIL),
    "processes": ("Clowder: processes", PROCESSES),
}


def placed(number: int, it: dict) -> dict:
    """A panel as Grafana has it."""
    table = it["kind"] == "table"
    return {
        "id": number + 1,
        "type": it["kind"],
        "title": it["title"],
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "gridPos": {"x": number % 2 * 12, "y": number // 2 * 8, "w": 12, "h": 8},
        "fieldConfig": {"defaults": {"unit": it["unit"]}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + index), "expr": expression, "legendFormat": legend}
            | ({"format": "table", "instant": True} if table else {})
            for index, (expression, legend) in enumerate(it["series"])
        ],
    }


def rendered() -> dict[str, str]:
    """The files by their paths in this folder."""
    files = {}
    for name, (title, panels) in DASHBOARDS.items():
        body = {
            "uid": f"clowder-{name}",
            "title": title,
            "tags": ["clowder"],
            "schemaVersion": 39,
            "editable": False,
            "refresh": "10s",
            "time": {"from": "now-30m", "to": "now"},
            "timezone": "browser",
            "panels": [placed(number, it) for number, it in enumerate(panels)],
        }
        files[f"grafana/dashboards/{name}.json"] = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    return files


if __name__ == "__main__":
    for path, text in rendered().items():
        (FOLDER / path).write_text(text, encoding="utf-8")
