"""Renders each folder with a kustomization, and holds it against the schemas, the rules and the executables."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Callable, Iterator

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent.parent / "checks"))

try:
    import yaml
    import kubernetes_validate
except ImportError as error:
    sys.exit(f"validate: {error}; pip install -r deploy/kubernetes/requirements.txt; PYTHON=… names the interpreter")

import compose
import environment
import executables
import kustomization
import network
import objects
import pods
import schemas
from findings import Finding, report
from manifests import Manifests, wrong

FOLDERS = ("base", "overlays/embedded")
ROUTES = "Services/Gateway/Service/Resources/routes.json"
README = "deploy/kubernetes/README.md"


def schema(manifests: Manifests) -> Iterator[Finding]:
    for document in manifests.documents:
        for problem in schemas.problems(document.body):
            yield wrong(document, "schema", problem, "write it as the API has it")


Rule = Callable[[Manifests], Iterator[Finding]]
# The rules by name; the schema comes first, since the others take the shape of an object for granted.
RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        schema,
        pods.security, pods.volumes, pods.resources, pods.probes, pods.shutdown, pods.spread,
        objects.names, objects.quantities, objects.images, objects.identity, objects.disruption, objects.autoscaling,
        objects.replicas, objects.services, objects.secrets,
        environment.settings, environment.values, environment.references, environment.listeners,
        network.denial, network.within, network.outside, network.operations,
    )
}


def read(folder: Path, root: Path, settings: dict) -> Manifests:
    """The objects of a folder with all that they are held against."""
    readme, routes = root / README, json.loads((root / ROUTES).read_text())
    return Manifests(
        folder=folder.relative_to(root).as_posix(),
        documents=kustomization.render(folder, root),
        settings=settings,
        routed={route["service"] for route in routes["routes"]},
        readme=readme.read_text() if readme.exists() else "",
    )


def findings(manifests: Manifests) -> list[Finding]:
    """What is wrong with a folder: what the schemas say, or, when they are content, what the rules say."""
    return list(schema(manifests)) or [it for rule in RULES.values() for it in rule(manifests)]


def check(root: Path, settings: dict) -> int:
    """Checks all folders and the README, one line each; the exit status."""
    failed, command = 0, kustomization.tool()
    for name in FOLDERS:
        folder, notes = root / "deploy/kubernetes" / name, []
        try:
            manifests = read(folder, root, settings)
            found = findings(manifests)
            if command:
                different = kustomization.differences(manifests.documents, folder, command)
                found += [Finding(manifests.folder, 1, it, "mend validation/kustomization.py") for it in different]
            else:
                notes = ["neither kustomize nor kubectl is here to compare the rendering with"]
            versions = " and ".join(schemas.VERSIONS)
            summary = f"{len(manifests.documents)} objects, {len(RULES)} rules, Kubernetes {versions}"
        except kustomization.RenderError as error:
            found = [Finding(f"deploy/kubernetes/{name}", 1, str(error), "mend it, or let kubectl say more")]
            summary = "cannot be rendered"
        failed |= report(name, found, f"{len(found)} findings" if found else summary, notes)
    told = list(environment.planned(Manifests("", [], settings, readme=(root / README).read_text())))
    summary = f"{len(told)} findings" if told else "its settings are those of the executables"
    failed |= report("README", told, summary)
    return failed | report("compose", *against_compose(root, settings))


def against_compose(root: Path, settings: dict) -> tuple[list[Finding], str]:
    """Where the base and the stack of containers tell services different things."""
    composed = compose.environments(root)
    try:
        told = list(compose.differences(read(root / "deploy/kubernetes/base", root, settings), composed))
    except kustomization.RenderError as error:
        told = [Finding("deploy/kubernetes/base", 1, str(error), "mend it, or let kubectl say more")]
    return told, f"{len(told)} findings" if told else "its services are told what those of the base are"


def main() -> int:
    root = Path(sys.argv[2] if len(sys.argv) > 2 else HERE.parent.parent.parent).resolve()
    try:
        settings = executables.every_setting(Path(sys.argv[1]))
    except executables.UnreadableHelp as error:
        sys.exit(f"validate: {error}")
    return check(root, settings)


if __name__ == "__main__":
    sys.exit(main())
