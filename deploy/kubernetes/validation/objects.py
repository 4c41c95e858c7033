"""What holds between the objects of a folder: each name that one says is there, and each service has what it needs."""

from __future__ import annotations

import re
from typing import Iterator

from findings import Finding
from manifests import Manifests, selects, wrong

NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
QUANTITY = re.compile(r"[1-9]\d*(m|Ki|Mi|Gi)?")
PART_OF = ("app.kubernetes.io/part-of", "clowder")
STABILISATION = 300


def names(manifests: Manifests) -> Iterator[Finding]:
    for document in manifests.documents:
        metadata = document.body["metadata"]
        if not NAME.fullmatch(document.name):
            yield wrong(document, "names", "has a name that a cluster refuses", "a–z, 0–9 and hyphens, 63 at most")
        if document.kind != "Namespace" and metadata.get("namespace") != "clowder":
            yield wrong(document, "names", "is in no namespace of ours", "say it in the kustomization")
        if metadata.get("labels", {}).get(PART_OF[0]) != PART_OF[1]:
            yield wrong(document, "names", f"has no label {PART_OF[0]}", "say it in the kustomization")
    if {it.name for it in manifests.workloads} != set(manifests.settings):
        what = f"names: the services are not {sorted(manifests.settings)}"
        yield Finding(manifests.folder, 1, what, "one Deployment each")


def quantities(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        given = workload.container.get("resources", {})
        for value in (it for part in given.values() for it in part.values()):
            if not QUANTITY.fullmatch(str(value)):
                yield wrong(workload.document, "quantities", f"asks for {value}", "write 250m, 64Mi or the like")


def images(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        image = workload.container["image"]
        name, tag = re.fullmatch(r"(.*?)(?:[:@]([^/]*))?", image).groups()
        if name.rsplit("/", 1)[-1] != f"clowder-{workload.name}":
            yield wrong(workload.document, "images", f"runs {image}", f"its image is clowder-{workload.name}")
        if tag in (None, "latest") and not manifests.is_base:
            yield wrong(workload.document, "images", f"runs {image}", "name a version, or a digest")


def identity(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        account = manifests.one("ServiceAccount", workload.pod.get("serviceAccountName", ""))
        has_token = account is None or account.body.get("automountServiceAccountToken") is not False
        if has_token or account.name != workload.name:
            what = "has no account of its own, without a token"
            yield wrong(workload.document, "identity", what, "add a ServiceAccount of its name")


def disruption(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        budgets = manifests.of("PodDisruptionBudget")
        budgets = [it for it in budgets if selects(it.body["spec"]["selector"], workload.labels)]
        if len(budgets) != 1:
            what = f"has {len(budgets)} disruption budgets"
            yield wrong(workload.document, "disruption", what, "one PodDisruptionBudget each")
        for budget in budgets:
            if budget.body["spec"].get("maxUnavailable") in (None, 0, "0%"):
                yield wrong(budget, "disruption", "lets no pod go, so that no node can be drained", "maxUnavailable: 1")


def autoscaling(manifests: Manifests) -> Iterator[Finding]:
    scalers = list(manifests.of("HorizontalPodAutoscaler"))
    if "gateway" not in [it.body["spec"]["scaleTargetRef"]["name"] for it in scalers]:
        yield Finding(manifests.folder, 1, "autoscaling: the gateway has no autoscaler", "add one")
    for scaler in scalers:
        spec = scaler.body["spec"]
        target = manifests.one(spec["scaleTargetRef"]["kind"], spec["scaleTargetRef"]["name"])
        if target is None or "replicas" in target.body["spec"]:
            what = "has a target that is missing, or that says its own replicas"
            yield wrong(scaler, "autoscaling", what, "leave `replicas` to the autoscaler")
        if not 2 <= spec.get("minReplicas", 1) < spec["maxReplicas"]:
            yield wrong(scaler, "autoscaling", "goes below two replicas, or never up", "2 at least")
        measured = [it.get("resource", {}) for it in spec.get("metrics", ())]
        if [(it.get("name"), it.get("target", {}).get("averageUtilization")) for it in measured] != [("cpu", 70)]:
            yield wrong(scaler, "autoscaling", "does not follow 70 % of the requested cpu", "say so")
        if spec.get("behavior", {}).get("scaleDown", {}).get("stabilizationWindowSeconds", 0) < STABILISATION:
            yield wrong(scaler, "autoscaling", "scales down at once", f"stabilise for {STABILISATION} s at least")


def replicas(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        rolling = workload.spec.get("strategy", {}).get("rollingUpdate", {})
        if rolling.get("maxUnavailable") != 0:
            yield wrong(workload.document, "replicas", "stops a pod before its successor is ready", "maxUnavailable: 0")
        if not selects(workload.spec["selector"], workload.labels):
            yield wrong(workload.document, "replicas", "does not select its own pods", "select by their name")
        others = [it for it in manifests.workloads if it.name != workload.name]
        if any(selects(workload.spec["selector"], it.labels) for it in others):
            yield wrong(workload.document, "replicas", "selects the pods of others", "select by its name")


def services(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        service = manifests.one("Service", workload.name)
        if service is None or service.body["spec"].get("selector", {}).items() - workload.labels.items():
            yield wrong(workload.document, "services", "has no Service that selects it", "add one of its name")
            continue
        for port in service.body["spec"]["ports"]:
            if port.get("targetPort") != "http" or workload.port("http") is None:
                yield wrong(service, "services", "leads to another port than `http`", "operations stay inside")


def secrets(manifests: Manifests) -> Iterator[Finding]:
    if any(manifests.of("Secret")):
        yield Finding(manifests.folder, 1, "secrets: a Secret stands in the tree", "operators bring them")
    for workload in manifests.workloads:
        for volume in (it["secret"] for it in workload.pod.get("volumes", ()) if "secret" in it):
            for key in [it["key"] for it in volume.get("items", ())] or [""]:
                if f"| `{volume['secretName']}` | `{key}` |" not in manifests.readme:
                    what = f"mounts {volume['secretName']}/{key}, which the README does not name"
                    yield wrong(workload.document, "secrets", what, "add it to the table of secrets")
            if volume.get("defaultMode") != 0o440:
                what = f"mounts {volume['secretName']} with other rights than 0440"
                yield wrong(workload.document, "secrets", what, "defaultMode: 288")
