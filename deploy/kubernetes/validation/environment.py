"""The environment of each container, held against what its executable says it takes."""

from __future__ import annotations

import re
from typing import Iterator

from executables import Setting
from findings import Finding
from manifests import Manifests, Workload, wrong

# What a replica cannot know by itself in a pod, and where it has it from.
FROM_THE_POD = {"INSTANCE_ID": "metadata.name", "HTTP_ADVERTISE": "status.podIP"}
LISTENERS = {"HTTP": "http", "OPERATIONS": "operations"}
# Engines that keep files.
FILES = ("sqlite:", "maildir:", "lease-directory:")
ROW = re.compile(
    r"^\| `(?P<variable>[A-Z_]+)` \| (?P<value>.*?) \| (?P<services>.*?) \| (?P<state>exists|planned)\b", re.MULTILINE
)


def settings(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        known = manifests.settings.get(workload.name, {})
        given = [entry["name"] for entry in workload.container.get("env", ())]
        if "envFrom" in workload.container:
            yield wrong(workload.document, "settings", "takes a whole map as its environment", "name each variable")
        for variable in sorted(set(given) - set(known)):
            what = f"sets {variable}, which the executable does not have"
            yield wrong(workload.document, "settings", what, "it takes what --help lists")
        for variable in sorted({it for it in given if given.count(it) > 1}):
            yield wrong(workload.document, "settings", f"sets {variable} twice", "say it once")
        for setting in known.values():
            if setting.default is None and setting.variable not in given:
                yield wrong(workload.document, "settings", f"does not set {setting.variable}", "it is required")


def values(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        known = manifests.settings.get(workload.name, {})
        for variable, value in manifests.variables(workload):
            setting = known.get(variable)
            if setting is None or value is None:
                continue
            if not setting.accepts(value):
                what = f"sets {variable} to “{value}”"
                yield wrong(workload.document, "values", what, f"the executable takes {setting.values}")
            yield from paths(workload, setting, value)


def paths(workload: Workload, setting: Setting, value: str) -> Iterator[Finding]:
    """What is wrong with a value that names a file or a folder."""
    path = next((value.removeprefix(scheme) for scheme in FILES if value.startswith(scheme)), value)
    if not path.startswith("/"):
        return
    mount, volume = workload.volume_at(path)
    if not volume:
        what = f"names {path} in {setting.variable}, where no volume is"
        yield wrong(workload.document, "values", what, "mount one: the root is read-only")
    elif path != value and (mount.get("readOnly") or "persistentVolumeClaim" not in volume):
        what = f"keeps data in {path}, which cannot be written or does not last"
        yield wrong(workload.document, "values", what, "mount a claim")
    elif "secret" in volume:
        files = [f"{mount['mountPath']}/{it['path']}" for it in volume["secret"].get("items", ())]
        if value not in files:
            yield wrong(workload.document, "values", f"names {path}, which is no item of the secret", "add the item")
    elif setting.is_secret:
        yield wrong(workload.document, "values", f"has {setting.variable} in no secret", "mount a Secret")


def references(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        for entry in workload.container.get("env", ()):
            source = entry.get("valueFrom", {})
            reference = source.get("configMapKeyRef")
            if reference and manifests.looked_up(reference) is None:
                what = f"takes {entry['name']} from {reference['name']}/{reference['key']}, which is not there"
                yield wrong(workload.document, "references", what, "add the key")
            if "secretKeyRef" in source:
                what = f"has the secret {entry['name']} in its environment"
                yield wrong(workload.document, "references", what, "mount it, and name the file")
            place = source.get("fieldRef", {}).get("fieldPath")
            if place != FROM_THE_POD.get(entry["name"]):
                what = f"takes {entry['name']} from {place}"
                yield wrong(workload.document, "references", what, f"the pod gives {FROM_THE_POD}")
    used = {
        entry["valueFrom"]["configMapKeyRef"]["key"]
        for workload in manifests.workloads
        for entry in workload.container.get("env", ())
        if "configMapKeyRef" in entry.get("valueFrom", {})
    }
    for document in manifests.of("ConfigMap"):
        for key in sorted(set(document.body.get("data", {})) - used):
            yield wrong(document, "references", f"has {key}, which nobody takes", "take it out")


def listeners(manifests: Manifests) -> Iterator[Finding]:
    for workload in manifests.workloads:
        given = dict(manifests.variables(workload))
        for prefix, port in LISTENERS.items():
            told = (given.get(f"{prefix}_HOST"), given.get(f"{prefix}_PORT"))
            if told != ("0.0.0.0", str(workload.port(port))):
                what = f"listens on {told[0]}:{told[1]} for the port {port}"
                yield wrong(workload.document, "listeners", what, "0.0.0.0 and the port's number")
        for variable in FROM_THE_POD:
            if variable not in given:
                yield wrong(workload.document, "listeners", f"does not set {variable}", "take it from the pod")


def planned(manifests: Manifests) -> Iterator[Finding]:
    """What the README says of settings that exist or do not, held against the executables."""
    rows = list(ROW.finditer(manifests.readme))
    if not rows:
        yield Finding("deploy/kubernetes/README.md", 1, "planned: there is no table of settings", "write one")
    for row in rows:
        line = manifests.readme.count("\n", 0, row.start()) + 1
        for service in row["services"].split(", "):
            setting = manifests.settings.get(service, {}).get(row["variable"])
            scheme = re.search(r"`([a-z-]+):", row["value"])
            exists = setting is not None and (scheme is None or scheme[1] in setting.schemes)
            if exists != (row["state"] == "exists"):
                what = f"planned: {row['variable']} with {row['value']} is called {row['state']}, and {service} "
                what += "has it" if exists else "has it not"
                advice = "correct the table, and let the base use what exists"
                yield Finding("deploy/kubernetes/README.md", line, what, advice)
