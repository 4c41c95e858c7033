"""Reads from `--help` which settings an executable has and which values it takes."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

NAMES = ("gateway", "users", "search", "mail-worker")

ENTRY = re.compile(
    r"^  --\S+=…   (?P<variable>[A-Z0-9_]+)\n      .*\n      (?P<values>.*); (?P<default>.*)$", re.MULTILINE
)
MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}


class UnreadableHelp(Exception):
    """A `--help` that does not say what is looked for in it."""


@dataclass(frozen=True)
class Setting:
    """A setting: its variable in the environment, what values it takes in words, and its default, None if required."""

    variable: str
    values: str
    default: str | None

    @property
    def is_secret(self) -> bool:
        return self.values == "the path of a file that holds the secret"

    def accepts(self, value: str) -> bool:
        """Whether the executable takes the value; what is in the file that it names is not looked at."""
        if value == "" and self.default == "":
            return True
        if self.values == "text" or self.is_secret:
            return True
        if numbers := re.fullmatch(r"a whole number from (\d+) to (\d+)(?:, or nothing)?", self.values):
            return value.isascii() and value.isdigit() and int(numbers[1]) <= int(value) <= int(numbers[2])
        if durations := re.fullmatch(r"a duration from (\S+) to (\S+)", self.values):
            given = milliseconds(value)
            return given is not None and milliseconds(durations[1]) <= given <= milliseconds(durations[2])
        if words := re.fullmatch(r"one of (.*)", self.values):
            return value in words[1].split(", ")
        return any(value.startswith(f"{scheme}:") and value != f"{scheme}:" for scheme in self.schemes)

    @property
    def schemes(self) -> list[str]:
        """The schemes of a setting that is a URL."""
        if urls := re.fullmatch(r"a URL with the scheme (.*)", self.values):
            return re.split(r", | or ", urls[1])
        raise UnreadableHelp(f"{self.variable} takes “{self.values}”, which this check cannot read")


def milliseconds(text: str) -> int | None:
    """A duration such as `5s`."""
    parts = re.fullmatch(r"(\d{1,9})(ms|s|m|h)", text, re.ASCII)
    return int(parts[1]) * MILLISECONDS[parts[2]] if parts else None


def settings(text: str) -> dict[str, Setting]:
    """The settings in the text of a `--help`, by variable."""
    found = {}
    for entry in ENTRY.finditer(text):
        default = None if entry["default"] == "required" else entry["default"].removeprefix("default ")
        setting = Setting(entry["variable"], entry["values"], "" if default == "empty by default" else default)
        setting.accepts("0")  # A form of values that this check does not know is an error at once.
        found[setting.variable] = setting
    if len(found) != len(re.findall(r"^  --\S+=…", text, re.MULTILINE)) or not found:
        raise UnreadableHelp("not every setting in the text of --help could be read")
    return found


def every_setting(folder: Path) -> dict[str, dict[str, Setting]]:
    """The settings of all executables in a folder, by the name of the executable."""
    found = {}
    for name in NAMES:
        try:
            command = [folder / name, "--help"]
            run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env={})
        except (OSError, subprocess.SubprocessError) as error:
            raise UnreadableHelp(f"{folder / name} --help: {error}; `make build` makes it") from error
        found[name] = settings(run.stdout)
    return found
