"""Proves that every rule fires on manifests that are wrong, that good ones pass, and that trees are rendered right."""

from __future__ import annotations

import copy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import check
import compose
import environment
import executables
import kustomization
import samples
from findings import Finding, report
from kustomization import Document
from manifests import Manifests

ROOT = check.HERE.parent.parent.parent
FOLDER = ROOT / "deploy/kubernetes"
SAMPLES = "deploy/kubernetes/validation/samples.py"
PATCHED = "kind: Kustomization\nresources: [a.yaml]\npatches: [{path: patch.yaml}]\n"


class Samples:
    """Compares what is with what should be, and collects the differences."""

    def __init__(self, folder: Path, good: Manifests):
        self.folder = folder
        self.good = good
        self.count = 0
        self.findings: list[Finding] = []

    def expect(self, actual: object, expected: object, sample: str) -> None:
        self.count += 1
        if actual != expected:
            wrong = f"{sample}: {actual!r} is not {expected!r}"
            self.findings.append(Finding(SAMPLES, 1, wrong, "repair the rule or its sample"))

    def expect_rule(self, rule: str, documents: list[Document], sample: str) -> None:
        """The rule finds something in these objects; the sample names it."""
        changed = copy.copy(self.good)
        changed.documents = documents
        self.expect(any(check.RULES[rule](changed)), True, sample)
        # No other rule stumbles over what this one is for.
        self.expect(bool(check.findings(changed)), True, f"all rules, {sample}")

    def tree(self, contents: dict[str, str]) -> Path:
        """A fresh tree of these files."""
        root = Path(tempfile.mkdtemp(dir=self.folder))
        for path, text in contents.items():
            (root / path).write_text(text)
        return root


def member(body: object, path: str) -> tuple[object, object]:
    """What holds the last part of a path, and that part as it is looked up."""
    *way, last = path.split(".")
    for part in way:
        body = body[int(part)] if isinstance(body, list) else body[part]
    return body, int(last) if isinstance(body, list) and last != "+" else last


def change(documents: list[Document], kind_and_name: tuple[str, str], path: str, value: object) -> list[Document]:
    """A copy of the objects with one member changed, added or taken out."""
    changed = copy.deepcopy(documents)
    document = next(it for it in changed if (it.kind, it.name) == kind_and_name)
    holder, key = member(document.body, path)
    if value is samples.DELETE:
        del holder[key]
    elif key == "+":
        holder.append(value)
    else:
        holder[key] = value
    return changed


def rules(test: Samples) -> None:
    documents = test.good.documents
    for rule, body in check.RULES.items():
        test.expect([str(it) for it in body(test.good)], [], f"{rule} on what is good")
        told = [it for it, *_ in samples.CHANGES + samples.ADDED + samples.REMOVED if it == rule]
        test.expect(bool(told), True, f"a sample of {rule}")
    for rule, kind_and_name, path, value in samples.CHANGES:
        changed = change(documents, kind_and_name, path, value)
        test.expect_rule(rule, changed, f"{rule}: {kind_and_name[1]} {path} = {value}")
    for rule, body in samples.ADDED:
        test.expect_rule(rule, documents + [Document(body, "sample.yaml", 1)], f"{rule}: with {body['kind']}")
    for rule, kind_and_name in samples.REMOVED:
        left = [it for it in documents if (it.kind, it.name) != kind_and_name]
        test.expect_rule(rule, left, f"{rule}: without {kind_and_name}")


def base(test: Samples) -> None:
    """What a base may leave to overlays, an overlay must have."""
    documents = change(test.good.documents, samples.ADDRESSES, "data.queue-url", "")
    documents = change(documents, samples.USERS, f"{samples.CONTAINER}.image", "clowder-users")
    for folder, expected in [("deploy/kubernetes/base", set()), ("deploy/kubernetes/overlays/a", {"values", "images"})]:
        changed = copy.copy(test.good)
        changed.folder, changed.documents = folder, documents
        told = {rule for rule, body in check.RULES.items() if any(body(changed))}
        test.expect(told, expected, f"what {folder} may leave out")


def readme(test: Samples) -> None:
    for text, count in [
        ("", 1),
        ("| `DATABASE_URL` | `sqlite:PATH` | users, search | exists |", 0),
        ("| `DATABASE_URL` | `sqlite:PATH` | users, search | planned |", 2),
        ("| `DATABASE_URL` | `oracle://HOST` | users | exists |", 1),
        ("| `DATABASE_URL` | `oracle://HOST` | users | planned |", 0),
        ("| `DATABASE_HOST` | a name | users | planned |", 0),
        ("| `DATABASE_HOST` | a name | users | exists |", 1),
        ("| `DATABASE_URL` | `sqlite:PATH` | gateway | exists |", 1),
    ]:
        manifests = Manifests("", [], test.good.settings, readme=text)
        test.expect(len(list(environment.planned(manifests))), count, f"the table {text}")


def composed(test: Samples) -> None:
    """Compose and base are the same, and each difference of the samples is one more."""
    base, good = check.read(FOLDER / "base", ROOT, test.good.settings), compose.environments(ROOT)
    test.expect([str(it) for it in compose.differences(base, good)], [], "what compose has")
    for service, variable, value, count in samples.COMPOSED:
        changed = copy.deepcopy(good)
        if value is samples.DELETE:
            del changed[service][variable]
        else:
            changed[service][variable] = value
        found = list(compose.differences(base, changed))
        test.expect(len(found), count, f"compose with {service} {variable} = {value}")
    test.expect(compose.plain("http://${HOST:-a}:${PORT:-80}/"), "http://a:80/", "defaults in compose")


def help_texts(test: Samples) -> None:
    entry = "\n  --a-b=…   A_B\n      What it is for.\n      {}\n"
    for line, taken, refused in samples.VALUES:
        setting = executables.settings(entry.format(line))["A_B"]
        test.expect([it for it in taken + refused if setting.accepts(it)], taken, line)
    for text in ("", "  --a=…   A\n", entry.format("a colour; required"), entry.format("text; required") + "  --c=…\n"):
        try:
            executables.settings(text)
            test.expect("read", "refused", text)
        except executables.UnreadableHelp:
            test.expect("refused", "refused", text)


def rendering(test: Samples) -> None:
    for text, contents, expected in samples.TREES:
        root = test.tree({"kustomization.yaml": f"kind: Kustomization\n{text}\n", **contents})
        try:
            kustomization.render(root, root)
            test.expect(None, expected, text)
        except kustomization.RenderError as error:
            test.expect(bool(expected) and expected in str(error), True, f"{text}: {error}")
    for text, patch, path, expected in samples.MERGES:
        head = "\n".join(text.splitlines()[:4])
        root = test.tree({"kustomization.yaml": PATCHED, "a.yaml": text, "patch.yaml": f"{head}\n{patch}"})
        rendered = kustomization.render(root, root)
        holder, key = member(rendered[0].body, path) if rendered else (None, "")
        test.expect(holder[key] if rendered else None, expected, patch)


def exit_status(test: Samples, folder: str) -> None:
    """The command itself, on a good tree and on one that is wrong: it has to say so with its exit status."""
    for text, status in [(None, 0), ("readOnlyRootFilesystem: true", 1), ("path: /livez", 1), ("kind: Deployment", 1)]:
        root = Path(tempfile.mkdtemp(dir=test.folder))
        for path in ("deploy/kubernetes/base", "deploy/kubernetes/overlays"):
            shutil.copytree(ROOT / path, root / path)
        for path in (check.ROUTES, check.README, compose.FILE):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, root / path)
        patch = root / "deploy/kubernetes/base/every-service.yaml"
        patch.write_text(patch.read_text().replace(text or "nothing", "nonsense: 1"))
        command = [sys.executable, "-B", check.HERE / "check.py", folder, root]
        run = subprocess.run(command, capture_output=True, text=True)
        test.expect(run.returncode, status, f"exit status without {text}: {run.stdout}{run.stderr}")


def main() -> int:
    settings = executables.every_setting(Path(sys.argv[1]))
    good = check.read(FOLDER / "overlays/embedded", ROOT, settings)
    with tempfile.TemporaryDirectory() as folder:
        test = Samples(Path(folder).resolve(), good)
        for part in (rules, base, readme, composed, help_texts, rendering):
            part(test)
        exit_status(test, sys.argv[1])
    return report("selftest", test.findings, f"{test.count} samples, {len(test.findings)} of them wrong")


if __name__ == "__main__":
    sys.exit(main())
