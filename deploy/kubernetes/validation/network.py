"""Who may talk to whom: nothing but the edges that exist, each allowed at both of its ends."""

from __future__ import annotations

import re
from typing import Iterator

from findings import Finding
from kustomization import Document
from manifests import Manifests, Workload, selects, wrong

# Who asks `users` for the key set besides the gateway.
KEY_SET_READERS = ("search", "mail-worker")
# The ports of engines whose URLs name none.
PORTS = {"etcd": 2379, "postgresql": 5432, "nats": 4222, "redis": 6379, "smtp": 587, "smtps": 465}
DNS = 53
# Where spans go, and the ports of its schemes.
COLLECTOR, WEB_PORTS = "TRACING_URL", {"http": 80, "https": 443}
# What a peer may be made of; a namespace alone would be all that is in it.
PEERS = ({"podSelector"}, {"namespaceSelector", "podSelector"}, {"ipBlock"})

Edge = tuple[str, str, int]


def policies(manifests: Manifests, direction: str) -> Iterator[tuple[Document, dict]]:
    """The policies and each of their rules of a direction."""
    for policy in manifests.of("NetworkPolicy"):
        for rule in policy.body["spec"].get(direction, ()):
            yield policy, rule


def chosen(manifests: Manifests, policy: Document) -> list[Workload]:
    return [it for it in manifests.workloads if selects(policy.body["spec"]["podSelector"], it.labels)]


def edges(manifests: Manifests, direction: str) -> set[Edge]:
    """Pairs of services within the namespace and a port, as the policies of one direction allow them."""
    found = set()
    for policy, rule in policies(manifests, direction):
        for peer in rule.get("to" if direction == "egress" else "from", ()):
            if set(peer) != {"podSelector"}:
                continue
            others = [it for it in manifests.workloads if selects(peer["podSelector"], it.labels)]
            for here in chosen(manifests, policy):
                for there in others:
                    ends = (here, there) if direction == "egress" else (there, here)
                    found |= {(ends[0].name, ends[1].name, port["port"]) for port in rule.get("ports", ())}
    return found


def denial(manifests: Manifests) -> Iterator[Finding]:
    denying = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    if denying not in [it.body["spec"] for it in manifests.of("NetworkPolicy")]:
        yield Finding(manifests.folder, 1, "denial: no policy denies everything to all pods", "add it")
    for direction in ("ingress", "egress"):
        for policy, rule in policies(manifests, direction):
            if direction.capitalize() not in policy.body["spec"].get("policyTypes", ()):
                yield wrong(policy, "denial", f"has rules of {direction} and not its type", "add it to policyTypes")
            if any(not isinstance(it.get("port"), int) for it in rule.get("ports", ())) or not rule.get("ports"):
                yield wrong(policy, "denial", "opens ports that it does not say in numbers", "name each port")
            peers = rule.get("to" if direction == "egress" else "from")
            is_public = direction == "ingress" and [it.name for it in chosen(manifests, policy)] == ["gateway"]
            if not peers and not (is_public and rule.get("ports") == [{"port": 8080, "protocol": "TCP"}]):
                yield wrong(policy, "denial", "opens a port to everybody", "the gateway's public one alone is")
            for peer in peers or ():
                if set(peer) not in PEERS or {} in peer.values():
                    yield wrong(policy, "denial", "lets in or out whole namespaces", "say which pods")


def within(manifests: Manifests) -> Iterator[Finding]:
    """The edges between services: those of the routes and of the key set, at both ends, no more and no less."""
    known = {workload.name: workload.port("http") for workload in manifests.workloads}
    wanted = {("gateway", it, known.get(it)) for it in manifests.routed}
    wanted |= {(it, "users", known.get("users")) for it in KEY_SET_READERS}
    for direction in ("egress", "ingress"):
        there = edges(manifests, direction)
        for origin, end, port in sorted(wanted - there, key=str):
            what = f"within: no {direction} is allowed from {origin} to {end}:{port}"
            yield Finding(manifests.folder, 1, what, "add it to the policy of that end")
        for origin, end, port in sorted(there - wanted, key=str):
            what = f"within: {direction} is allowed from {origin} to {end}:{port}, and nobody calls there"
            yield Finding(manifests.folder, 1, what, "take it out")


def outside(manifests: Manifests) -> Iterator[Finding]:
    """The edges to engines: those that a setting names, no more and no less; and names have to be looked up."""
    for workload in manifests.workloads:
        wanted = {DNS} | engines(manifests, workload)
        there = set()
        for policy, rule in policies(manifests, "egress"):
            is_outside = all(set(peer) != {"podSelector"} for peer in rule.get("to", ()))
            if is_outside and workload.name in [it.name for it in chosen(manifests, policy)]:
                there |= {port["port"] for port in rule.get("ports", ())}
        for port in sorted(wanted - there):
            yield wrong(workload.document, "outside", f"cannot reach the engine on port {port}", "add the egress")
        for port in sorted(there - wanted):
            what = f"may reach port {port}, which no setting of it names"
            yield wrong(workload.document, "outside", what, "take the egress out")


def engines(manifests: Manifests, workload: Workload) -> set[int]:
    """The ports of the engines that a workload's settings name."""
    ports = set()
    for variable, value in manifests.variables(workload):
        url = re.match(r"([a-z-]+)://([^/?]*)", value or "")
        defaults = WEB_PORTS if variable == COLLECTOR else PORTS
        if url and url[1] in defaults:
            told = [re.search(r":(\d+)$", member) for member in url[2].split(",")]
            ports |= {int(it[1]) if it else defaults[url[1]] for it in told}
    return ports


def operations(manifests: Manifests) -> Iterator[Finding]:
    """The operations listener says who is connected and what fails: collectors of metrics may ask it, nobody else."""
    for policy, rule in policies(manifests, "ingress"):
        reached = {port.get("port") for port in rule.get("ports", ())}
        inside = {it.port("operations") for it in chosen(manifests, policy)}
        if reached & inside and any("namespaceSelector" not in peer for peer in rule.get("from", ({},))):
            yield wrong(policy, "operations", "opens the operations listener", "to the metrics' collector alone")
    for workload in manifests.workloads:
        port = workload.port("operations")
        opened = [
            rule for policy, rule in policies(manifests, "ingress")
            if workload.name in [it.name for it in chosen(manifests, policy)]
            and port in [it.get("port") for it in rule.get("ports", ())]
        ]
        if not opened:
            yield wrong(workload.document, "operations", "cannot be asked for its metrics", "add the ingress")
