"""What compose tells each service, held against the base: a setting of one is a setting of the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Iterator

import yaml
from findings import Finding
from manifests import Manifests

FILE = "deploy/compose/compose.yaml"
# What only pods are told, and why.
PODS_ALONE = {
    "HTTP_HOST": "the image says it", "HTTP_PORT": "the image says it",
    "OPERATIONS_HOST": "the image says it", "OPERATIONS_PORT": "the image says it",
    "HTTP_ADVERTISE": "a container finds its address itself", "INSTANCE_ID": "a container's is random",
    "HTTP_CONNECTIONS": "the default is as many as the machine has descriptors for",
    "HTTP_TLS_CERTIFICATE": "the gateway is on the loopback address", "HTTP_TLS_KEY": "as its certificate",
    "MAIL_PASSWORD": "mailpit asks for none", "MAIL_SENDER": "the default is as good where no mail leaves the machine",
}
# What names engines of two kinds, and why.
TWO_KINDS = {"MAIL_URL": "mailpit has no TLS", "PUBLIC_URL": "the gateway is on the loopback address"}

Environments = dict[str, dict[str, str]]


def environments(root: Path) -> Environments:
    """What each service of the project's compose file is told, by its name."""
    services = yaml.safe_load((root / FILE).read_text())["services"]
    return {name: {key: plain(str(it)) for key, it in told(body).items()} for name, body in services.items()}


def told(service: dict) -> dict:
    return service.get("environment", {})


def plain(value: str) -> str:
    """A value with the defaults of what is taken from the caller's environment."""
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)


def differences(base: Manifests, composed: Environments) -> Iterator[Finding]:
    """What only one of the two sets, what they set to engines of two kinds, and exceptions that are none."""
    for workload in base.workloads:
        there, here = composed.get(workload.name, {}), dict(base.variables(workload))
        for variable in sorted(set(there) - set(here)):
            yield wrong(f"{workload.name} has {variable}, which the base has not", "add it to both")
        for variable in sorted(set(here) - set(there) - set(PODS_ALONE)):
            yield wrong(f"{workload.name} has no {variable}, which the base has", "add it, or say why in PODS_ALONE")
        for variable in sorted(set(here) & set(PODS_ALONE) & set(there)):
            yield wrong(f"{workload.name} has {variable}, which PODS_ALONE says only pods have", "take it out of there")
        for variable in sorted((set(here) & set(there)) - set(TWO_KINDS)):
            kinds = {scheme(here[variable] or ""), scheme(there[variable])}
            if len(kinds) > 1:
                what = f"{workload.name} has {variable} with {there[variable]}, and the base with {here[variable]}"
                yield wrong(what, "take the same engine, or say why in TWO_KINDS")
    known = {variable for workload in base.workloads for variable, _ in base.variables(workload)}
    for variable in sorted((set(PODS_ALONE) | set(TWO_KINDS)) - known):
        yield wrong(f"{variable} is an exception that the base does not have", "take it out")


def scheme(value: str) -> str | None:
    url = re.match(r"([a-z-]+):", value)
    return url[1] if url else None


def wrong(what: str, instead: str) -> Finding:
    return Finding(FILE, 1, f"settings: {what}", instead)
