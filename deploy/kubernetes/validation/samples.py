"""What the rules must find: for each, a change to the manifests that makes them wrong."""

from __future__ import annotations

DELETE = object()
POD = "spec.template.spec"
CONTAINER = f"{POD}.containers.0"
ADDRESSES = ("ConfigMap", "addresses")
GATEWAY, USERS, SEARCH = ("Deployment", "gateway"), ("Deployment", "users"), ("Deployment", "search")
MAIL_WORKER, SCALER = ("Deployment", "mail-worker"), ("HorizontalPodAutoscaler", "gateway")


def policy(name: str) -> tuple[str, str]:
    return "NetworkPolicy", name


# The rule, an object, the path of a member in it, and what the member becomes.
CHANGES = [
    ("schema", USERS, "spec.replica", 2),
    ("schema", USERS, "spec.replicas", "2"),
    ("schema", USERS, f"{CONTAINER}.readinesProbe", {}),
    ("schema", USERS, f"{CONTAINER}.livenessProbe.httpGet.port", DELETE),
    ("schema", USERS, "apiVersion", "apps/v1beta1"),
    ("schema", SCALER, "spec.maxReplicas", DELETE),
    ("schema", policy("users"), "spec.ingress.0.ports.0.protocol", 6),
    ("security", USERS, f"{POD}.securityContext.runAsNonRoot", False),
    ("security", USERS, f"{POD}.securityContext.runAsUser", 0),
    ("security", USERS, f"{POD}.securityContext", DELETE),
    ("security", USERS, f"{POD}.securityContext.seccompProfile.type", "Unconfined"),
    ("security", USERS, f"{POD}.automountServiceAccountToken", DELETE),
    ("security", USERS, f"{POD}.enableServiceLinks", DELETE),
    ("security", USERS, f"{POD}.hostNetwork", True),
    ("security", USERS, f"{POD}.initContainers", [{"name": "first", "image": "first"}]),
    ("security", USERS, f"{POD}.containers.+", {"name": "beside", "image": "beside"}),
    ("security", USERS, f"{CONTAINER}.securityContext.readOnlyRootFilesystem", False),
    ("security", USERS, f"{CONTAINER}.securityContext.readOnlyRootFilesystem", DELETE),
    ("security", USERS, f"{CONTAINER}.securityContext.allowPrivilegeEscalation", True),
    ("security", USERS, f"{CONTAINER}.securityContext.capabilities.drop", ["NET_RAW"]),
    ("security", USERS, f"{CONTAINER}.securityContext.capabilities.add", ["NET_BIND_SERVICE"]),
    ("security", USERS, f"{CONTAINER}.securityContext.privileged", True),
    ("security", USERS, f"{CONTAINER}.ports.0.hostPort", 8080),
    ("volumes", USERS, f"{POD}.volumes.0.hostPath", {"path": "/"}),
    ("volumes", USERS, f"{POD}.volumes.0", {"name": "data", "hostPath": {"path": "/"}}),
    ("volumes", USERS, f"{POD}.volumes.0", {"name": "data"}),
    ("volumes", USERS, f"{POD}.volumes.0.emptyDir", {"sizeLimit": "1Mi"}),
    ("volumes", USERS, f"{POD}.volumes.2.emptyDir", {}),
    ("volumes", USERS, f"{POD}.volumes.0.persistentVolumeClaim.claimName", "missing"),
    ("volumes", USERS, f"{CONTAINER}.volumeMounts.0.name", "queue"),
    ("volumes", USERS, f"{CONTAINER}.volumeMounts.0.mountPath", "/queue"),
    ("resources", USERS, f"{CONTAINER}.resources.limits", DELETE),
    ("resources", USERS, f"{CONTAINER}.resources.limits.cpu", "1"),
    ("resources", USERS, f"{CONTAINER}.resources.requests.cpu", DELETE),
    ("resources", USERS, f"{CONTAINER}.resources", DELETE),
    ("probes", USERS, f"{CONTAINER}.startupProbe", DELETE),
    ("probes", USERS, f"{CONTAINER}.livenessProbe.httpGet.path", "/readyz"),
    ("probes", USERS, f"{CONTAINER}.readinessProbe.httpGet.port", "http"),
    ("probes", USERS, f"{CONTAINER}.readinessProbe.timeoutSeconds", DELETE),
    ("probes", USERS, f"{CONTAINER}.readinessProbe.timeoutSeconds", 60),
    ("probes", USERS, f"{CONTAINER}.lifecycle", {"preStop": {"sleep": {"seconds": 5}}}),
    ("shutdown", USERS, f"{POD}.terminationGracePeriodSeconds", 25),
    ("shutdown", USERS, f"{CONTAINER}.env.+", {"name": "SHUTDOWN_DRAIN", "value": "30s"}),
    ("spread", USERS, f"{POD}.topologySpreadConstraints", DELETE),
    ("spread", USERS, f"{POD}.topologySpreadConstraints.0.matchLabelKeys", ["pod-template-hash"]),
    ("names", USERS, "metadata.name", "Users"),
    ("names", ("PodDisruptionBudget", "users"), "metadata.name", "Users"),
    ("names", USERS, "metadata.namespace", "default"),
    ("names", USERS, "metadata.labels", DELETE),
    ("quantities", USERS, f"{CONTAINER}.resources.limits.memory", "64M"),
    ("quantities", USERS, f"{CONTAINER}.resources.requests.cpu", "0.5 cores"),
    ("images", USERS, f"{CONTAINER}.image", "clowder-users"),
    ("images", USERS, f"{CONTAINER}.image", "clowder-users:latest"),
    ("images", USERS, f"{CONTAINER}.image", "clowder-search:1.0.0"),
    ("images", USERS, f"{CONTAINER}.image", "registry.example:5000/clowder-users"),
    ("identity", USERS, f"{POD}.serviceAccountName", "default"),
    ("identity", USERS, f"{POD}.serviceAccountName", "search"),
    ("identity", ("ServiceAccount", "users"), "automountServiceAccountToken", True),
    ("disruption", ("PodDisruptionBudget", "users"), "spec.selector.matchLabels", {"app.kubernetes.io/name": "search"}),
    ("disruption", ("PodDisruptionBudget", "users"), "spec.maxUnavailable", 0),
    ("disruption", ("PodDisruptionBudget", "users"), "spec.maxUnavailable", DELETE),
    ("autoscaling", SCALER, "spec.scaleTargetRef.name", "missing"),
    ("autoscaling", GATEWAY, "spec.replicas", 2),
    ("autoscaling", SCALER, "spec.minReplicas", 1),
    ("autoscaling", SCALER, "spec.metrics.0.resource.target.averageUtilization", 90),
    ("autoscaling", SCALER, "spec.behavior.scaleDown", DELETE),
    ("replicas", USERS, "spec.strategy.rollingUpdate.maxUnavailable", 1),
    ("replicas", USERS, "spec.selector.matchLabels", {"app.kubernetes.io/part-of": "clowder"}),
    ("replicas", USERS, "spec.selector.matchLabels", {"app.kubernetes.io/name": "search"}),
    ("replicas", USERS, "spec.selector.matchLabels", {"app.kubernetes.io/name": "nobody"}),
    ("services", ("Service", "users"), "metadata.name", "accounts"),
    ("services", ("Service", "users"), "spec.selector", {"app.kubernetes.io/name": "search"}),
    ("services", ("Service", "gateway"), "spec.ports.0.targetPort", "operations"),
    ("services", USERS, f"{CONTAINER}.ports.0.name", "web"),
    ("secrets", USERS, f"{POD}.volumes.3.secret.items.0.key", "another"),
    ("secrets", USERS, f"{POD}.volumes.3.secret.items", DELETE),
    ("secrets", USERS, f"{POD}.volumes.3.secret.defaultMode", 0o444),
    ("settings", USERS, f"{CONTAINER}.env.+", {"name": "DATABASE_HOST", "value": "postgresql.example"}),
    ("settings", USERS, f"{CONTAINER}.env.+", {"name": "HTTP_PORT", "value": "8080"}),
    ("settings", USERS, f"{CONTAINER}.env", []),
    ("settings", USERS, f"{CONTAINER}.envFrom", [{"configMapRef": {"name": "addresses"}}]),
    ("values", ADDRESSES, "data.users-database-url", "oracle://users@oracle.example/users"),
    ("values", ADDRESSES, "data.users-database-url", ""),
    ("values", ADDRESSES, "data.users-database-url", "sqlite:/elsewhere/users.sqlite"),
    ("values", ADDRESSES, "data.users-database-url", "sqlite:/tmp/users.sqlite"),
    ("values", ADDRESSES, "data.queue-url", "rabbitmq://rabbitmq.example"),
    ("values", ADDRESSES, "data.mail-password", "/mail/password"),
    ("values", ADDRESSES, "data.database-password", "/run/secrets/users/password"),
    ("values", ADDRESSES, "data.mail-password", "/run/secrets/mail/another"),
    ("values", USERS, f"{CONTAINER}.env.+", {"name": "LOG_LEVEL", "value": "verbose"}),
    ("values", USERS, f"{CONTAINER}.env.+", {"name": "PASSWORD_COST", "value": "17"}),
    ("values", USERS, f"{CONTAINER}.env.+", {"name": "REGISTRY_LEASE", "value": "6 seconds"}),
    ("values", USERS, f"{CONTAINER}.volumeMounts.0.readOnly", True),
    ("references", ADDRESSES, "data.queue-url", DELETE),
    ("references", ADDRESSES, "data.queues-url", "sqlite:/queue/queue.sqlite"),
    ("references", USERS, f"{CONTAINER}.env.0.valueFrom", {"fieldRef": {"fieldPath": "status.hostIP"}}),
    ("references", USERS, f"{CONTAINER}.env.2.valueFrom.fieldRef.fieldPath", "status.hostIP"),
    ("references", USERS, f"{CONTAINER}.env.0.valueFrom", {"secretKeyRef": {"name": "users", "key": "host"}}),
    ("listeners", USERS, f"{CONTAINER}.ports.1.containerPort", 9090),
    ("listeners", USERS, f"{CONTAINER}.env.0", {"name": "HTTP_HOST", "value": "127.0.0.1"}),
    ("listeners", USERS, f"{CONTAINER}.env.5", {"name": "LOG_LEVEL", "value": "info"}),
    ("denial", policy("default-deny"), "spec.policyTypes", ["Ingress"]),
    ("denial", policy("default-deny"), "spec.podSelector", {"matchLabels": {"app.kubernetes.io/name": "users"}}),
    ("denial", policy("search"), "spec.policyTypes", ["Ingress"]),
    ("denial", policy("search"), "spec.ingress.0.ports", DELETE),
    ("denial", policy("search"), "spec.ingress.0.ports.0.port", "http"),
    ("denial", policy("search"), "spec.ingress.0.from", DELETE),
    ("denial", policy("gateway"), "spec.egress.0.to", DELETE),
    ("denial", policy("search"), "spec.ingress.0.from.0", {"podSelector": {}}),
    ("denial", policy("gateway"), "spec.ingress.0.ports.0.port", 8081),
    ("denial", policy("from-metrics"), "spec.ingress.0.from.0.podSelector", DELETE),
    ("within", policy("gateway"), "spec.egress.0.to.0.podSelector.matchExpressions.0.values", ["users", "search"]),
    ("within", policy("gateway"), "spec.egress.0.to.0.podSelector.matchExpressions.0.values.+", "gateway"),
    ("within", policy("users"), "spec.ingress.0.from.0.podSelector.matchExpressions.0.values", ["gateway", "search"]),
    ("within", policy("search"), "spec.egress.0.to.0.podSelector.matchLabels", {"app.kubernetes.io/name": "search"}),
    ("within", policy("mail-worker"), "spec.ingress.0.ports.0.port", 8081),
    ("outside", ADDRESSES, "data.registry-url", "etcd://etcd.example/clowder"),
    ("outside", ADDRESSES, "data.mail-url", "smtps://smtp.example"),
    ("outside", ADDRESSES, "data.users-database-url", "postgresql://users@postgresql.example/users?sslmode=verify-full"),
    ("outside", ADDRESSES, "data.tracing-url", "http://otel-collector.monitoring.svc.cluster.local:4318"),
    ("outside", policy("to-dns"), "spec.egress.0.ports.0.port", 5353),
    ("outside", policy("to-dns"), "spec.podSelector", {"matchLabels": {"app.kubernetes.io/name": "users"}}),
    ("operations", policy("from-metrics"), "spec.podSelector", {"matchLabels": {"app.kubernetes.io/name": "users"}}),
    ("operations", policy("search"), "spec.ingress.0.ports.0.port", 8081),
]

# Objects that may not be there, and those that may not be missing: the rule, and the object.
ADDED = [
    ("secrets", {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "users"}}),
    ("schema", {"apiVersion": "v1", "kind": "Pods", "metadata": {"name": "users"}}),
]
REMOVED = [
    ("names", SEARCH), ("disruption", ("PodDisruptionBudget", "search")), ("autoscaling", SCALER),
    ("identity", ("ServiceAccount", "search")), ("services", ("Service", "search")),
    ("volumes", ("PersistentVolumeClaim", "queue")), ("references", ADDRESSES), ("denial", policy("default-deny")),
    ("within", policy("search")), ("outside", policy("to-dns")), ("operations", policy("from-metrics")),
]

# What compose says, and how often that differs from the base: the service, a variable, its value; DELETE for none.
COMPOSED = [
    ("gateway", "CACHE_URL", DELETE, 1),
    ("gateway", "CACHE_URL", "memcached://memcached/1", 1),
    ("gateway", "HEDGING_URL", "redis://redis/2", 1),
    ("users", "QUEUE_URL", "sqlite:/queue/queue.sqlite", 1),
    ("users", "QUEUE_URL", "nats://clowder@elsewhere/clowder", 0),
    ("search", "DATABASE_PASSWORD", DELETE, 1),
    ("mail-worker", "MAIL_URL", "smtps://mail.example", 0),
    ("mail-worker", "HTTP_PORT", "8080", 1),
]

# A line of `--help`'s values with its default; values that are taken and values that are not.
VALUES = [
    ("text; empty by default", ["", "anything"], []),
    ("the path of a file that holds the secret; required", ["/run/secret"], []),
    ("a whole number from 1 to 16; default 12", ["1", "16"], ["", "0", "17", "1.0", "-1", "²"]),
    ("a whole number from 1 to 16, or nothing; empty by default", ["", "2"], ["17"]),
    ("a duration from 1s to 10m; default 6s", ["1s", "1000ms", "10m"], ["", "6", "0s", "11m", "1 s", "1h"]),
    ("one of none, stdin; default none", ["none", "stdin"], ["", "stdout"]),
    ("a URL with the scheme sqlite; required", ["sqlite:/a"], ["", "sqlite:", "nats://a", "/a"]),
    ("a URL with the scheme maildir, smtp or smtps; required", ["smtp://a", "maildir:/a"], ["smt://a", "http://a"]),
]

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map\ndata:\n  one: \"1\"\n  two: \"2\"\n"
HEAD = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: pod\n"
PODS = HEAD + "spec:\n  template:\n    spec:\n      containers:\n"
PODS += "        - name: a\n          image: a\n          env:\n            - name: X\n              value: x\n"

# The contents of a kustomization, other files, and what the error says; none means that it can be rendered.
TREES = [
    ("resources: [map.yaml]", {"map.yaml": MAP}, None),
    ("resources: [map.yaml]", {}, "No such file"),
    ("resources: [map.yaml]", {"map.yaml": MAP + "---\n" + MAP}, "is there twice"),
    ("resources: [map.yaml]", {"map.yaml": MAP + "  two: \"3\"\n"}, "stands here twice"),
    ("resources: [map.yaml]", {"map.yaml": "one: two\n"}, "no Kubernetes object"),
    ("resources: [map.yaml]\nnamePrefix: a", {"map.yaml": MAP}, "namePrefix"),
    ("resources: [map.yaml]\npatches: [{path: patch.yaml}]", {"map.yaml": MAP, "patch.yaml": MAP}, None),
    (
        "resources: [map.yaml]\npatches: [{path: patch.yaml}]",
        {"map.yaml": MAP, "patch.yaml": MAP.replace("name: map", "name: other")}, "nothing that this patch fits",
    ),
    ("resources: [map.yaml]\npatches: [{patch: a}]", {"map.yaml": MAP}, "a patch has a path"),
    (
        "resources: [map.yaml]\npatches: [{path: patch.yaml}]",
        {"map.yaml": MAP, "patch.yaml": MAP + "  $patch: replace\n"}, "$patch",
    ),
    ("resources: [map.yaml]\nlabels: [{pairs: {a: b}}]", {"map.yaml": MAP}, "includeTemplates"),
]

# A patch of `MAP` or `PODS`, and a member's path with what it is afterwards; None for nothing.
MERGES = [
    (MAP, "data:\n  two: \"3\"\n", "data", {"one": "1", "two": "3"}),
    (MAP, "data:\n  two: null\n", "data", {"one": "1"}),
    (MAP, "$patch: delete\n", "", None),
    (PODS, "spec: {template: {spec: {containers: [{name: a, env: [{name: Y, value: y}]}]}}}\n",
     "spec.template.spec.containers.0.env", [{"name": "Y", "value": "y"}, {"name": "X", "value": "x"}]),
    (PODS, "spec: {template: {spec: {containers: [{name: a, env: [{name: X, value: y}]}]}}}\n",
     "spec.template.spec.containers", [{"name": "a", "image": "a", "env": [{"name": "X", "value": "y"}]}]),
    (PODS, "spec: {template: {spec: {containers: [{name: a, command: [b, null]}]}}}\n",
     "spec.template.spec.containers.0.command", ["b", None]),
]
