"""What holds for every pod: what it may do, what it may use, how it is probed and stopped."""

from __future__ import annotations

from typing import Iterator

from executables import milliseconds
from findings import Finding
from manifests import Manifests, wrong

POD_SECURITY = {
    "runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_SECURITY = {
    "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
}
# Kinds of volumes that hold nothing of the node.
VOLUMES = {"configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"}
PROBES = {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
FIGURES = ("periodSeconds", "timeoutSeconds", "failureThreshold")
# How long tasks may take to end that were cancelled after the drain: ServiceProcess's own limit.
CANCELLATION = 2000
# What is left of the grace period when a process has used all its time.
SPARE = 5000


def security(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        pod, context = workload.pod, workload.pod.get("securityContext", {})
        for key, value in POD_SECURITY.items():
            if context.get(key) != value:
                yield wrong(workload.document, "security", f"has not {key}: {value}", "set it for the pod")
        if pod.get("automountServiceAccountToken") is not False or pod.get("enableServiceLinks") is not False:
            what = "is given a token of the cluster, or variables of its services"
            yield wrong(workload.document, "security", what, "say false to both")
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            if pod.get(key):
                yield wrong(workload.document, "security", f"shares the node's {key}", "take it out")
        if len(pod["containers"]) != 1 or pod.get("initContainers"):
            yield wrong(workload.document, "security", "has more than one container", "these rules look at one")
        for key, value in CONTAINER_SECURITY.items():
            if workload.container.get("securityContext", {}).get(key) != value:
                yield wrong(workload.document, "security", f"has not {key}: {value}", "set it for the container")
        extra = set(workload.container.get("securityContext", {})) - set(CONTAINER_SECURITY)
        if extra or any("hostPort" in port for port in workload.container.get("ports", ())):
            yield wrong(workload.document, "security", f"asks for more: {sorted(extra) or 'hostPort'}", "take it out")


def volumes(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        named, mounts = workload.pod.get("volumes", []), workload.container.get("volumeMounts", [])
        for volume in named:
            kinds = set(volume) - {"name"}
            if len(kinds) != 1 or not kinds <= VOLUMES:
                what = f"has the volume {volume['name']} of {sorted(kinds)}"
                yield wrong(workload.document, "volumes", what, f"it is one of {sorted(VOLUMES)}")
            if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]:
                what = f"has the volume {volume['name']} without a bound"
                yield wrong(workload.document, "volumes", what, "give it a sizeLimit")
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            if claim and not manifests.one("PersistentVolumeClaim", claim):
                yield wrong(workload.document, "volumes", f"claims {claim}, which is not there", "add the claim")
        if {it["name"] for it in named} != {it["name"] for it in mounts}:
            yield wrong(workload.document, "volumes", "has volumes that differ from its mounts", "mount each")
        if len({it["mountPath"] for it in mounts}) != len(mounts):
            yield wrong(workload.document, "volumes", "has two mounts at one path", "give each its own")


def resources(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        given = workload.container.get("resources", {})
        if set(given.get("requests", {})) != {"cpu", "memory"} or set(given.get("limits", {})) != {"memory"}:
            what = "does not request cpu and memory with a limit for memory alone"
            advice = "state them; a limit for cpu would stop event loops in the middle of a tick"
            yield wrong(workload.document, "resources", what, advice)


def probes(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        for name, path in PROBES.items():
            probe = workload.container.get(name, {})
            asked = probe.get("httpGet", {})
            if (asked.get("path"), asked.get("port")) != (path, "operations"):
                what = f"has no {name} that asks the operations listener for {path}"
                yield wrong(workload.document, "probes", what, "add it")
            elif any(figure not in probe for figure in FIGURES):
                yield wrong(workload.document, "probes", f"leaves a figure of its {name} out", f"state {FIGURES}")
            elif probe["timeoutSeconds"] > probe["periodSeconds"]:
                what = f"may wait for its {name} until after the next one"
                yield wrong(workload.document, "probes", what, "a time-out is at most the period")
        if "lifecycle" in workload.container:
            yield wrong(workload.document, "probes", "has a hook", "the lame-duck time does what preStop would")


def shutdown(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        grace = workload.pod.get("terminationGracePeriodSeconds", 30) * 1000
        given, known = dict(manifests.variables(workload)), manifests.settings.get(workload.name, {})
        steps = [known[it] for it in ("SHUTDOWN_LAME_DUCK", "SHUTDOWN_DRAIN") if it in known]
        needed = CANCELLATION + sum(milliseconds(given.get(it.variable) or it.default or "") or 0 for it in steps)
        if grace < needed + SPARE:
            what = f"is killed after {grace / 1000:g} s and may need {needed / 1000:g} s to stop"
            yield wrong(workload.document, "shutdown", what, f"leave {SPARE / 1000:g} s to spare")


def spread(manifests: Manifests) -> Iterator[Finding]:
    wanted = {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    for workload in manifests.workloads:
        constraints = workload.pod.get("topologySpreadConstraints", ())
        if {it["topologyKey"] for it in constraints} != wanted:
            yield wrong(workload.document, "spread", "is not spread over nodes and zones", "add the constraints")
        for it in constraints:
            if "app.kubernetes.io/name" not in it.get("matchLabelKeys", ()):
                yield wrong(workload.document, "spread", "counts other services as its own", "tell by matchLabelKeys")
