"""The rendered objects of a folder, as the rules ask for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterator

from executables import Setting
from findings import Finding
from kustomization import Document


@dataclass(frozen=True)
class Workload:
    """A Deployment: its pods and their one container."""

    document: Document

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def spec(self) -> dict:
        return self.document.body["spec"]

    @property
    def labels(self) -> dict:
        return self.spec["template"].get("metadata", {}).get("labels", {})

    @property
    def pod(self) -> dict:
        return self.spec["template"]["spec"]

    @property
    def container(self) -> dict:
        return self.pod["containers"][0]

    def port(self, name: str) -> int | None:
        """The number of a port that the container names."""
        return next((it["containerPort"] for it in self.container.get("ports", ()) if it.get("name") == name), None)

    def volume_at(self, path: str) -> tuple[dict, dict]:
        """The mount that a path lies in and its volume; both are empty where there is none."""
        for mount in self.container.get("volumeMounts", ()):
            if path == mount["mountPath"] or path.startswith(mount["mountPath"].rstrip("/") + "/"):
                volumes = self.pod.get("volumes", ())
                return mount, next((it for it in volumes if it["name"] == mount["name"]), {})
        return {}, {}


@dataclass
class Manifests:
    """All objects of a folder, and what they are held against."""

    folder: str
    documents: list[Document]
    settings: dict[str, dict[str, Setting]]
    routed: set[str] = field(default_factory=set)
    readme: str = ""

    @property
    def is_base(self) -> bool:
        """Whether overlays have to give what is missing: images' tags, and what is empty in a ConfigMap."""
        return self.folder.endswith("/base")

    def of(self, *kinds: str) -> Iterator[Document]:
        return (document for document in self.documents if document.kind in kinds)

    def one(self, kind: str, name: str) -> Document | None:
        return next((document for document in self.of(kind) if document.name == name), None)

    @property
    def workloads(self) -> list[Workload]:
        return [Workload(document) for document in self.of("Deployment")]

    def variables(self, workload: Workload) -> Iterator[tuple[str, str | None]]:
        """The variables of a workload's environment; None where the value is not written here, or is an overlay's."""
        for entry in workload.container.get("env", ()):
            reference = entry.get("valueFrom", {}).get("configMapKeyRef")
            value = self.looked_up(reference) if reference else entry.get("value")
            yield entry["name"], None if value == "" and self.is_base else value

    def looked_up(self, reference: dict) -> str | None:
        """What a ConfigMap says under a key."""
        found = self.one("ConfigMap", reference["name"])
        return found.body.get("data", {}).get(reference["key"]) if found else None


def selects(selector: dict, labels: dict) -> bool:
    """Whether a label selector takes an object with these labels."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for expression in selector.get("matchExpressions", ()):
        has = labels.get(expression["key"])
        fits = {
            "In": has in expression.get("values", ()), "NotIn": has not in expression.get("values", ()),
            "Exists": has is not None, "DoesNotExist": has is None,
        }
        if not fits[expression["operator"]]:
            return False
    return True


def wrong(document: Document, rule: str, what: str, instead: str) -> Finding:
    """A finding about one object, at the place where it is written."""
    return Finding(document.path, document.line, f"{rule}: {document.kind} {document.name} {what}", instead)
