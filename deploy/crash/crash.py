"""Kills the processes of a stack at random moments, and checks that nothing was lost: README.md beside it says how."""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True

import report
from acts import kill_under_load, settle
from audit import Finding, cut
from disk import disk_full
from kills import KINDS, NATS, Stroke, plan
from load import Load
from processes import Failure
from scenes import LockedFile, Scene, StoppedServer, postgresql_away, queue_away
from stack import EMBEDDED, NATS_QUEUE, SERVERS, SQLITE_QUEUE, Plan, Stack

QUEUE, DATABASE, DISK = "queue-away", "postgresql-restarted", "disk-full"
SCENES = {EMBEDDED: (QUEUE, DISK), SERVERS: (QUEUE, DATABASE)}
# From so many kills on, a kind of which none came in the middle of something proves nothing.
ENOUGH = 50
# A run of fewer kills is a short one, in which engines are away for fewer seconds and fewer times.
WHOLE, SHORT = 100, 3


@dataclass(frozen=True)
class Options:
    """What the command was asked for."""

    executables: Path
    seed: str
    kills: int
    rate: float
    away: float
    profiles: list[str]
    queue: str
    only: list[str]

    def wants(self, name: str) -> bool:
        return not self.only or name in self.only


def options() -> Options:
    names = sorted({name for chosen in (KINDS, SCENES) for names in chosen.values() for name in names})
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("executables", type=Path, help="the folder of the services' executables")
    parser.add_argument("--seed", type=int, help="of the run to repeat; by default a fresh one")
    parser.add_argument("--kills", type=int, default=200, help="of each kind")
    parser.add_argument("--rate", type=float, default=20, help="sign-ups a second")
    parser.add_argument("--away", type=float, help="seconds that the queue is away")
    parser.add_argument("--profile", choices=[EMBEDDED, SERVERS, "both"], default="both")
    queues = [SQLITE_QUEUE, NATS_QUEUE]
    parser.add_argument("--queue", choices=queues, default=SQLITE_QUEUE, help=f"of the profile {SERVERS}")
    parser.add_argument("--only", nargs="*", default=[], choices=names, help="kinds and scenes")
    found = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if found.seed is None else found.seed
    profiles = [EMBEDDED, SERVERS] if found.profile == "both" else [found.profile]
    away = found.away or (60 if found.kills >= WHOLE else SHORT)
    executables = found.executables.resolve()
    return Options(executables, str(seed), found.kills, found.rate, away, profiles, found.queue, found.only)


def play(options: Options, profile: str, folder: Path) -> list[Finding]:
    """Kills and scenes on one profile; what is wrong."""
    queue = options.queue if profile == SERVERS else SQLITE_QUEUE
    kinds = [it for it in KINDS[profile] if options.wants(it) and (it != NATS or queue == NATS_QUEUE)]
    scenes = [name for name in SCENES[profile] if options.wants(name) and name != DISK]
    strokes = plan(f"{options.seed}/{profile}", kinds, options.kills)
    found: list[Finding] = []
    if not strokes and not scenes: return found
    stack = Stack(Plan(profile, options.executables, folder, folder / "data", queue=queue), options.seed)
    with report.Progress(stack.ledger, profile, len(strokes)) as progress, stack:
        load = Load(stack, options.rate)
        if strokes: found += kill(stack, load, strokes, profile, progress)
        for name in scenes:
            progress.act = name
            found += play_scene(stack, load, name, profile, options.away)
    return found


def kill(stack: Stack, load: Load, strokes: list[Stroke], profile: str, progress: report.Progress) -> list[Finding]:
    progress.act = "kills"
    killer = kill_under_load(stack, load, strokes, progress.step)
    progress.act = "drain"
    evidence, found, drained = settle(stack)
    for kind in {it.kind for it in strokes}:
        kills = [it for it in evidence.kills if it.kind == kind]
        if len(kills) >= ENOUGH and not any(cut(it, evidence) for it in kills):
            wrong = f"of {len(kills)} kills of {kind} none came in the middle of something"
            found.append(Finding("no bite", "", wrong))
    report.verdict(f"{profile}: {len(strokes)} strokes", found, [])
    lines = report.kills_table(evidence, killer) + report.balance_table(evidence, drained) + [report.sink_line(stack)]
    print("\n".join(lines), flush=True)
    return found


def play_scene(stack: Stack, load: Load, name: str, profile: str, away: float) -> list[Finding]:
    """Plays a scene, and audits all books after it."""
    played: list[Scene] = []
    if name == QUEUE:
        engine = StoppedServer(stack) if stack.nats else LockedFile(stack)
        played.append(queue_away(stack, load, engine, away))
    else:
        ways = (signal.SIGINT, signal.SIGKILL) if away > SHORT else (signal.SIGKILL,)
        for how in ways: played.append(postgresql_away(stack, load, how, min(away, 10)))
    for scene in played: report.scene(scene)
    evidence, found, drained = settle(stack)
    report.verdict(f"{profile}: the books after {name}", found, [])
    print("\n".join(report.balance_table(evidence, drained)), flush=True)
    return [finding for scene in played for finding in scene.findings] + found


def fill_disk(options: Options, folder: Path) -> list[Finding]:
    played = disk_full(options.executables, folder, options.seed)
    if played is None:
        print("--    disk full: not played, since mounting a small disk takes Linux and its administrator")
        return []
    report.scene(played)
    return played.findings


def check(options: Options) -> None:
    """Whether there is something to start, and something to do with it."""
    for name in ("users", "mail-worker", "search"):
        if not (options.executables / name).exists():
            raise Failure(f"{options.executables / name} is missing; make build builds it")
    chosen = {name for profile in options.profiles for name in KINDS[profile] + SCENES[profile] if options.wants(name)}
    if not chosen - {NATS} and (options.queue != NATS_QUEUE or SERVERS not in options.profiles):
        raise Failure("what ONLY names is neither killed nor played with this PROFILE and QUEUE")


def run(options: Options, folder: Path) -> list[Finding]:
    found: list[Finding] = []
    for profile in options.profiles:
        begin = time.monotonic()
        (folder / profile).mkdir()
        found += play(options, profile, folder / profile)
        if profile == EMBEDDED and options.wants(DISK):
            (folder / DISK).mkdir()
            found += fill_disk(options, folder / DISK)
        print(f"{profile}: {time.monotonic() - begin:.0f} s", flush=True)
    return found


def main() -> int:
    asked = options()
    try:
        check(asked)
    except Failure as failure:
        print(f"crash: {failure}", file=sys.stderr)
        return 64
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="clowder-crash-"))
    folder.chmod(0o755)
    print(f"crash: SEED={asked.seed} KILLS={asked.kills}, books and logs in {folder}", flush=True)
    try:
        found = run(asked, folder)
    except Failure as failure:
        print(f"FAIL  {failure}")
        found = [Finding("failure", "", str(failure))]
    # What the books had before a scene, they have after it.
    if found := list(dict.fromkeys(found)):
        print(f"crash: {len(found)} findings with SEED={asked.seed}; books and logs are kept in {folder}")
        return 1
    shutil.rmtree(folder)
    print(f"crash: nothing lost, SEED={asked.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
