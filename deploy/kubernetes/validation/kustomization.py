"""Renders the part of Kustomize that this folder uses, so that a check needs no other program.

What it does not know is an error and never passed over. Where `kustomize` or `kubectl` is installed, what they render
is compared with it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

MEMBERS = {"apiVersion", "kind", "namespace", "labels", "resources", "images", "patches"}
CLUSTER_WIDE = {"Namespace"}
# Lists whose elements a patch merges by this member; all other lists are replaced as a whole.
MERGED_BY = {"containers": "name", "env": "name", "volumes": "name", "volumeMounts": "mountPath"}


class RenderError(Exception):
    """Something that cannot be rendered, with the file that it stands in."""


class StrictLoader(yaml.SafeLoader):
    """Refuses what YAML lets pass and nobody means: a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{key} stands here twice", node.start_mark)
        return super().construct_mapping(node, deep)


@dataclass
class Document:
    """A Kubernetes object, and where it was written."""

    body: dict
    path: str
    line: int

    @property
    def kind(self) -> str:
        return self.body.get("kind", "")

    @property
    def name(self) -> str:
        return self.body.get("metadata", {}).get("name", "")


def documents(path: Path, root: Path) -> list[Document]:
    """The objects in a file."""
    shown = path.relative_to(root).as_posix()
    try:
        loader = StrictLoader(path.read_text())
        found = []
        while loader.check_node():
            node = loader.get_node()
            found.append(Document(loader.construct_document(node), shown, node.start_mark.line + 1))
    except (OSError, yaml.YAMLError) as error:
        raise RenderError(f"{shown}: {' '.join(str(error).split())}") from error
    for document in found:
        if not isinstance(document.body, dict) or not document.kind:
            raise RenderError(f"{shown}:{document.line}: this is no Kubernetes object")
    return found


def render(folder: Path, root: Path) -> list[Document]:
    """The objects that a folder with a `kustomization.yaml` stands for."""
    path = folder / "kustomization.yaml"
    file, *more = documents(path, root)
    if more or set(file.body) - MEMBERS:
        unknown = ", ".join(sorted(set(file.body) - MEMBERS)) or "a second document"
        raise RenderError(f"{file.path}: this renderer does not know {unknown}")
    rendered: list[Document] = []
    for name in file.body.get("resources", ()):
        source = (folder / name).resolve()
        rendered += render(source, root) if source.is_dir() else documents(source, root)
    for patch in file.body.get("patches", ()):
        rendered = patched(rendered, patch, file, folder, root)
    for document in rendered:
        put_into_namespace(document, file.body.get("namespace"))
        add_labels(document, file)
        replace_images(document, file.body.get("images", ()))
    keys = [(document.kind, document.name) for document in rendered]
    if twice := [f"{kind} {name}" for kind, name in keys if keys.count((kind, name)) > 1]:
        raise RenderError(f"{file.path}: {twice[0]} is there twice")
    return rendered


def patched(rendered: list[Document], patch: dict, file: Document, folder: Path, root: Path) -> list[Document]:
    """The objects after a patch, which has to fit one at least."""
    if set(patch) - {"path", "target"} or set(patch.get("target", {})) - {"kind", "name"}:
        raise RenderError(f"{file.path}: a patch has a path, and a target of kind and name; this is {patch}")
    contents, *more = documents(folder / patch["path"], root)
    if more:
        raise RenderError(f"{contents.path}: one patch is one file")
    target = patch.get("target", {"kind": contents.kind, "name": re.escape(contents.name)})
    change = {key: value for key, value in contents.body.items() if key not in ("apiVersion", "kind")}
    change["metadata"] = {key: value for key, value in change.get("metadata", {}).items() if key != "name"}
    fitting = [it for it in rendered if fits(it, target)]
    if not fitting:
        raise RenderError(f"{contents.path}: there is nothing that this patch fits")
    if change.get("$patch") == "delete":
        return [it for it in rendered if it not in fitting]
    for document in fitting:
        document.body = merged(document.body, change, contents.path)
    return rendered


def fits(document: Document, target: dict) -> bool:
    return document.kind == target["kind"] and bool(re.fullmatch(target.get("name", ".*"), document.name))


def merged(base: object, change: object, path: str) -> object:
    """A strategic merge: mappings member by member, lists by the member that names their elements, nothing deletes."""
    if not isinstance(change, dict) or not isinstance(base, dict):
        return without_nothing(change, path)
    result = dict(base)
    for key, value in change.items():
        if str(key).startswith("$"):
            raise RenderError(f"{path}: this renderer does not know {key} here")
        if value is None:
            result.pop(key, None)
        elif key in MERGED_BY and isinstance(result.get(key), list):
            result[key] = merged_list(result[key], value, MERGED_BY[key], path)
        else:
            result[key] = merged(result.get(key), value, path)
    return result


def merged_list(base: list, change: list, name: str, path: str) -> list:
    result = []
    for element in change:
        old = next((it for it in base if it.get(name) == element.get(name)), {})
        result.append(merged(old, element, path))
    changed = [element.get(name) for element in change]
    return result + [element for element in base if element.get(name) not in changed]


def without_nothing(change: object, path: str) -> object:
    """A copy of what a patch adds, where there was nothing to merge it with."""
    if isinstance(change, dict):
        return merged({}, change, path)
    return [without_nothing(it, path) for it in change] if isinstance(change, list) else change


def put_into_namespace(document: Document, namespace: str | None) -> None:
    if namespace is None:
        return
    where = "name" if document.kind in CLUSTER_WIDE else "namespace"
    document.body.setdefault("metadata", {})[where] = namespace


def add_labels(document: Document, file: Document) -> None:
    for entry in file.body.get("labels", ()):
        if set(entry) != {"pairs", "includeTemplates"} or entry["includeTemplates"] is not True:
            raise RenderError(f"{file.path}: labels are pairs with includeTemplates: true; this is {entry}")
        document.body.setdefault("metadata", {}).setdefault("labels", {}).update(entry["pairs"])
        if "template" in document.body.get("spec", {}):
            metadata = document.body["spec"]["template"].setdefault("metadata", {})
            metadata.setdefault("labels", {}).update(entry["pairs"])


def replace_images(document: Document, images: list[dict]) -> None:
    pod = document.body.get("spec", {}).get("template", {}).get("spec", {})
    for container in pod.get("containers", []) + pod.get("initContainers", []):
        for image in images:
            if re.fullmatch(re.escape(image["name"]) + r"(:[^/]*)?", container["image"]):
                name = image.get("newName", image["name"])
                tag = f"@{image['digest']}" if "digest" in image else f":{image['newTag']}"
                container["image"] = name + tag


def tool() -> list[str] | None:
    """The command of an installed Kustomize that renders a folder."""
    for command in (["kustomize", "build"], ["kubectl", "kustomize"]):
        if shutil.which(command[0]):
            return command
    return None


def differences(rendered: list[Document], folder: Path, command: list[str]) -> list[str]:
    """How an installed Kustomize renders a folder differently, one line for each object."""
    run = subprocess.run([*command, str(folder)], capture_output=True, text=True)
    if run.returncode != 0:
        return [f"{command[0]} refuses the folder: {' '.join(run.stderr.split())}"]
    theirs = {(it["kind"], it["metadata"]["name"]): it for it in yaml.safe_load_all(run.stdout) if it}
    ours = {(it.kind, it.name): it.body for it in rendered}
    return [
        f"{kind} {name} is rendered in another way by {command[0]}"
        for kind, name in sorted({*ours, *theirs})
        if in_one_order(ours.get((kind, name))) != in_one_order(theirs.get((kind, name)))
    ]


def in_one_order(value: object, key: str = "") -> object:
    """The value with merged lists sorted: their order is the merger's own and means nothing."""
    if isinstance(value, dict):
        return {key: in_one_order(it, key) for key, it in value.items()}
    if isinstance(value, list):
        elements = [in_one_order(it) for it in value]
        return sorted(elements, key=lambda it: it[MERGED_BY[key]]) if key in MERGED_BY else elements
    return value
