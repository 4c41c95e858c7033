"""Holds objects against the schemas of Kubernetes' API, which the package kubernetes-validate brings along."""

from __future__ import annotations

import re
from functools import lru_cache

import jsonschema
from kubernetes_validate import utils
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

# The oldest version that the manifests are for, and the newest that the package knows.
VERSIONS = ("1.31", "1.37")


@lru_cache(maxsize=None)
def contents(version: str, name: str) -> dict:
    return utils.schema_contents(f"kubernetes-json-schema/v{version}.0-local-strict/{name}.json", version)


@lru_cache(maxsize=None)
def registry(version: str) -> Registry:
    definitions = Resource.from_contents(contents(version, "_definitions"), default_specification=DRAFT202012)
    return Registry().with_resource("/api/_definitions.json", definitions).crawl()


@lru_cache(maxsize=None)
def validator(version: str, api_version: str, kind: str) -> jsonschema.Draft202012Validator:
    group = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
    schema = contents(version, f"{kind.lower()}-{group}")
    return jsonschema.Draft202012Validator(schema, registry=registry(version))


def problems(body: dict) -> list[str]:
    """What is wrong with an object, and in which versions; a member that a schema does not know is wrong."""
    told: dict[str, list[str]] = {}
    for version in VERSIONS:
        try:
            errors = validator(version, body.get("apiVersion", ""), body["kind"]).iter_errors(body)
            for error in sorted(errors, key=lambda it: it.json_path):
                place = error.json_path.removeprefix("$.")
                told.setdefault(f"{place}: {error.message[:200]}", []).append(version)
        except FileNotFoundError:
            told.setdefault(f"there is no {body['kind']} of {body.get('apiVersion')}", []).append(version)
    return [f"{problem} (Kubernetes {', '.join(versions)})" for problem, versions in told.items()]
