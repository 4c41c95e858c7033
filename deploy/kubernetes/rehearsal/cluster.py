"""A cluster of one node, made of the kernel's namespaces: pods with addresses, volumes, rights and network policies."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from manifests import Manifests, Workload, selects

HERE = Path(__file__).resolve().parent
NODE = "clowder-node"
# Who is there besides the pods: the node itself with its kubelet, DNS, a client from outside, Prometheus.
KUBELET, DNS, CLIENT, PROMETHEUS = (f"10.98.0.{number}" for number in range(1, 5))
NAMESPACES = {"kube-system": [DNS], "monitoring": [PROMETHEUS]}


def run(*command: object) -> str:
    return subprocess.run([str(it) for it in command], check=True, capture_output=True, text=True).stdout


@dataclass
class Pod:
    """A pod: its workload, its own name, address and namespace of the network, and its process once it runs."""

    workload: Workload
    name: str
    address: str
    namespace: str
    process: subprocess.Popen | None = None

    @property
    def inside(self) -> int:
        """The ID of the container's own process, which is the last of those that made it."""
        last = self.process.pid
        while found := Path(f"/proc/{last}/task/{last}/children").read_text().split():
            last = int(found[0])
        return last


class Cluster:
    """The pods of some manifests on a network of their own, with everything that they write below one folder."""

    def __init__(self, manifests: Manifests, folder: Path, executables: Path):
        self.manifests, self.folder, self.executables = manifests, folder, executables
        self.pods: list[Pod] = []
        self.names: subprocess.Popen | None = None

    def __enter__(self) -> Cluster:
        run("ip", "netns", "add", NODE)
        run("ip", "-n", NODE, "link", "add", "bridge", "type", "bridge")
        for address in (KUBELET, DNS, CLIENT, PROMETHEUS):
            run("ip", "-n", NODE, "addr", "add", f"{address}/24", "dev", "bridge")
        for device in ("bridge", "lo"):
            run("ip", "-n", NODE, "link", "set", device, "up")
        return self

    def __exit__(self, *_: object) -> None:
        for process in [self.names] + [pod.process for pod in self.pods]:
            if process and process.poll() is None:
                process.kill()
                process.wait()
        for namespace in [pod.namespace for pod in self.pods] + [NODE]:
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True)

    def start(self, counts: dict[str, int]) -> None:
        """Starts so many pods of each workload at once, and the DNS that knows them."""
        for workload in self.manifests.workloads:
            for number in range(counts[workload.name]):
                self.pods.append(self.connected(workload, f"{workload.name}-{number}"))
        for pod in self.pods:
            self.allow(pod)
        known = [(pod.workload.name, pod.name, pod.address) for pod in self.pods]
        (self.folder / "pods.json").write_text(json.dumps(known))
        command = [sys.executable, "-B", HERE / "names.py", DNS, self.folder / "pods.json", self.folder / "ready.json"]
        self.names = subprocess.Popen(["ip", "netns", "exec", NODE, *command])
        for pod in self.pods:
            self.launch(pod)

    def connected(self, workload: Workload, name: str) -> Pod:
        number = 10 + len(self.pods)
        pod = Pod(workload, name, f"10.98.0.{number}", f"clowder-pod-{number}")
        run("ip", "netns", "add", pod.namespace)
        cable = ("link", "add", f"pod{number}", "type", "veth", "peer", "name", "eth0", "netns", pod.namespace)
        run("ip", "-n", NODE, *cable)
        run("ip", "-n", NODE, "link", "set", f"pod{number}", "master", "bridge", "up")
        run("ip", "-n", pod.namespace, "addr", "add", f"{pod.address}/24", "dev", "eth0")
        for device in ("eth0", "lo"):
            run("ip", "-n", pod.namespace, "link", "set", device, "up")
        return pod

    def allow(self, pod: Pod) -> None:
        """The network policies of a pod as rules of its own firewall; the node reaches its pods, as it always may."""
        def rule(chain: str, *match: object) -> None:
            run("ip", "netns", "exec", pod.namespace, "iptables", "-A", chain, *match, "-j", "ACCEPT")

        for chain, direction, device in (("INPUT", "ingress", "-i"), ("OUTPUT", "egress", "-o")):
            rule(chain, device, "lo")
            rule(chain, "-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED")
            for policy in self.manifests.of("NetworkPolicy"):
                spec = policy.body["spec"]
                if not selects(spec["podSelector"], pod.workload.labels):
                    continue
                if direction.capitalize() in spec["policyTypes"]:
                    run("ip", "netns", "exec", pod.namespace, "iptables", "-P", chain, "DROP")
                for part in spec.get(direction, ()):
                    for address in self.addresses(part.get("from" if direction == "ingress" else "to")):
                        for port in part["ports"]:
                            end = ("-s" if direction == "ingress" else "-d", address)
                            rule(chain, *end, "-p", port["protocol"].lower(), "--dport", port["port"])
        rule("INPUT", "-s", KUBELET)

    def addresses(self, peers: list[dict] | None) -> list[str]:
        """Who the peers of a policy are here; engines are not here."""
        found = [] if peers else ["0.0.0.0/0"]
        for peer in peers or ():
            namespace = peer.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name")
            if namespace:
                found += NAMESPACES.get(namespace, [])
            else:
                found += [it.address for it in self.pods if selects(peer["podSelector"], it.workload.labels)]
        return found

    def launch(self, pod: Pod) -> None:
        root = self.folder / "roots" / pod.name
        root.mkdir(parents=True)
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", HERE / "pod", root]
        command += [self.executables / pod.workload.name, *self.mounts(pod)]
        environment = {"PATH": os.environ["PATH"], "NAMESERVER": DNS, **self.environment(pod)}
        with open(self.folder / f"{pod.name}.log", "w") as log:
            command = ["ip", "netns", "exec", pod.namespace, *command]
            pod.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def environment(self, pod: Pod) -> dict[str, str]:
        own = {"metadata.name": pod.name, "status.podIP": pod.address}
        fields = {it["name"]: it.get("valueFrom", {}).get("fieldRef") for it in pod.workload.container["env"]}
        values = dict(self.manifests.variables(pod.workload))
        return {name: own[field["fieldPath"]] if field else values[name] for name, field in fields.items()}

    def mounts(self, pod: Pod) -> list[str]:
        """The volumes of a pod: claims are folders that pods share, secrets those that were brought, others its own."""
        found = []
        for mount in pod.workload.container.get("volumeMounts", ()):
            volume = next(it for it in pod.workload.pod["volumes"] if it["name"] == mount["name"])
            if "persistentVolumeClaim" in volume:
                source = self.folder / "claims" / volume["persistentVolumeClaim"]["claimName"]
            elif "secret" in volume:
                source = self.folder / "secrets" / volume["secret"]["secretName"]
            else:
                source = self.folder / "own" / pod.name / volume["name"]
            if not source.exists():
                source.mkdir(parents=True)
                os.chown(source, 0, 65532)
                source.chmod(0o2775)
            found.append(f"{source}|{mount['mountPath']}|{'ro' if mount.get('readOnly') else 'rw'}")
        return found

    def bring(self, secret: str, contents: dict[str, str]) -> None:
        """A secret, as the kubelet mounts it: files of root that the group of the pod may read."""
        for key, text in contents.items():
            path = self.folder / "secrets" / secret / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            os.chown(path, 0, 65532)
            path.chmod(0o440)

    @property
    def ready(self) -> set[str]:
        """The names of the pods that were ready when they were last asked."""
        path = self.folder / "ready.json"
        return {name for name, is_ready in json.loads(path.read_text()).items() if is_ready} if path.exists() else set()

    def of(self, service: str) -> list[Pod]:
        return [pod for pod in self.pods if pod.workload.name == service]

    def rights(self, pod: Pod) -> dict[str, str]:
        """What the kernel says that a pod's process may do."""
        status = Path(f"/proc/{pod.inside}/status").read_text()
        keys = ("Uid", "CapEff", "CapBnd", "NoNewPrivs")
        entries = {key: re.search(rf"^{key}:\s*(\S+)", status, re.MULTILINE)[1] for key in keys}
        mounts = [line.split() for line in Path(f"/proc/{pod.inside}/mounts").read_text().splitlines()]
        return {**entries, "root": next(it[3].split(",")[0] for it in mounts if it[1] == "/")}
