"""The files that are judged: one of each kind, and as many again, different and the same on every machine."""

from __future__ import annotations

import os
import subprocess
from itertools import cycle, islice
from shutil import which
from typing import TYPE_CHECKING

from bench import images

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DOCKERFILES = 200
PODS = 400

#: Services of the repository with a history, each of four files.
SERVICES = 500

#: Speaks for `declared/`, the folder of the one Dockerfile that has a declaration.
DECLARATION = """\
version: 1
workloads:
- {name: all, paths: ["**"], sensitivity: internal}
"""

DOCKERFILE = """\
FROM debian:13-slim
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates
USER 1000
CMD ["sleep", "infinity"]
"""

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: nginx:1.29
    ports:
    - {containerPort: 8080}
    securityContext: {runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""

BASES = ("debian:12", "debian:13-slim", "ubuntu:24.04", "ubuntu:22.04", "alpine:3.22")
BUILDERS = ("golang:1.25", "maven:3.9-eclipse-temurin-21", "rust:1.90", "gcc:15")
LANGUAGES = ("python:3.13-slim", "python:3.12", "node:22-bookworm", "node:24-alpine")
PACKAGES = ("ca-certificates", "curl", "git", "libpq5", "tini", "tzdata", "unzip")
USERS = ("USER 1000", "USER app", "")

TOOL = """\
FROM {base}
RUN apt-get update && apt-get install --yes --no-install-recommends {package} && rm -rf /var/lib/apt/lists/*
COPY tool-{number} /usr/local/bin/
{user}
ENTRYPOINT ["tool-{number}"]
"""

APPLICATION = """\
FROM {language}
ENV PORT={port} HOME=/home/app
WORKDIR /srv/application-{number}
COPY requirements.txt package*.json ./
RUN make dependencies
COPY . .
RUN useradd --uid 1000 app && chown -R app .
{user}
EXPOSE ${{PORT}}
CMD ["make", "serve"]
"""

SERVICE = """\
# syntax=docker/dockerfile:1
ARG VERSION={number}.0
FROM {builder} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.cache make release VERSION="${{VERSION}}"

FROM {base}
LABEL org.opencontainers.image.title="service {number}" org.opencontainers.image.version="${{VERSION}}"
ENV LANG=C.UTF-8 \\
    SERVICE_HOME=/opt/service-{number}
RUN apt-get update \\
    && apt-get install --yes --no-install-recommends {package} {other} \\
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 1000 --create-home app \\
    && mkdir -p "$SERVICE_HOME" \\
    && chown app "$SERVICE_HOME"
COPY --from=build /src/release ${{SERVICE_HOME}}/
EXPOSE {port}
{user}
HEALTHCHECK CMD ["/opt/service-{number}/probe"]
ENTRYPOINT ["/opt/service-{number}/run", "--port={port}"]
"""

CONTEXTS = (
    "{runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}",
    "{readOnlyRootFilesystem: true, runAsUser: 1000}",
    "{privileged: true}",
    "{}",
)

MANIFEST = """\
apiVersion: v1
kind: Pod
metadata:
  name: service-{number}
  namespace: team-{team}
  labels: {{app.kubernetes.io/name: service-{number}}}
spec:
  serviceAccountName: service-{number}
  automountServiceAccountToken: false
  securityContext:
    seccompProfile: {{type: RuntimeDefault}}
  initContainers:
  - name: migrate
    image: registry.example.com/team-{team}/migrate:{number}.0
    command: [/migrate, --wait]
  containers:
  - name: main
    image: registry.example.com/team-{team}/service:{number}.0
    args: [--port={port}]
    ports:
    - {{name: http, containerPort: {port}}}
    env:
    - {{name: LANG, value: C.UTF-8}}
    - name: PASSWORD
      valueFrom: {{secretKeyRef: {{name: service-{number}, key: password}}}}
    resources:
      requests: {{cpu: 100m, memory: 128Mi}}
      limits: {{memory: 256Mi}}
    securityContext: {context}
    volumeMounts:
    - {{name: scratch, mountPath: /tmp}}
    - {{name: settings, mountPath: /etc/service, readOnly: true}}
  volumes:
  - {{name: scratch, emptyDir: {{}}}}
  - {{name: settings, configMap: {{name: service-{number}}}}}
"""


COMPOSE = "services:\n  service-{number}:\n    build: .\n"

ACCOUNT = """\
apiVersion: v1
kind: ServiceAccount
metadata: {{name: service-{number}, namespace: team-{team}}}
automountServiceAccountToken: false
"""


def recipes() -> Iterable[tuple[str, str]]:
    """Name every Dockerfile of the large set, with its text: a third each of five, ten and fifteen instructions."""
    packages = cycle(PACKAGES)
    choices = zip(cycle(BASES), cycle(BUILDERS), cycle(LANGUAGES), packages, packages, cycle(USERS), strict=False)
    for number, (base, builder, language, package, other, user) in enumerate(islice(choices, DOCKERFILES)):
        text = (TOOL, APPLICATION, SERVICE)[number % 3].format(
            number=number,
            base=base,
            builder=builder,
            language=language,
            package=package,
            other=other,
            user=user,
            port=8000 + number,
        )
        yield f"service-{number:03}/Dockerfile", text


def manifests() -> Iterable[tuple[str, str]]:
    """Name every pod of the large set, with its text."""
    for number, context in enumerate(islice(cycle(CONTEXTS), PODS)):
        text = MANIFEST.format(number=number, team=number % 20, port=8000 + number, context=context)
        yield f"service-{number:03}.yaml", text


def services() -> Iterable[tuple[str, str]]:
    """Name every file of the repository with a history, with its text."""
    yield ".gate.yaml", DECLARATION
    for number, context in enumerate(islice(cycle(CONTEXTS), SERVICES)):
        words = {"number": number, "team": number % 20, "port": 8000 + number}
        folder = f"team-{number % 20}/service-{number:03}"
        base, user = BASES[number % len(BASES)], USERS[number % len(USERS)]
        yield f"{folder}/Dockerfile", TOOL.format(base=base, package="curl", user=user, **words)
        yield f"{folder}/pod.yaml", MANIFEST.format(context=context, **words)
        yield f"{folder}/compose.yaml", COMPOSE.format(**words)
        yield f"{folder}/account.yaml", ACCOUNT.format(**words)


def _committed(folder: Path) -> None:
    """Commit everything, and change three files: a recipe, a pod and a service."""
    who = {"GIT_AUTHOR_NAME": "bench", "GIT_AUTHOR_EMAIL": "bench@example.org"}
    environment = {**os.environ, **who, **{name.replace("AUTHOR", "COMMITTER"): text for name, text in who.items()}}
    git = which("git") or "git"
    for command in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--no-verify", "--message=all")):
        subprocess.run((git, "-c", "commit.gpgsign=false", *command), cwd=folder, env=environment, check=True)
    for name, old, new in (
        ("team-1/service-001/Dockerfile", "ENTRYPOINT", "USER root\nENTRYPOINT"),
        ("team-2/service-002/pod.yaml", "spec:", "spec:\n  hostNetwork: true"),
        ("team-3/service-003/compose.yaml", "build: .", "build: .\n    privileged: true"),
    ):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def write(folder: Path) -> None:
    """Write everything: `one/`, `declared/`, `dockerfiles/`, `pods/`, `image/`, and the repository `services/`."""
    images.write(folder / "image")
    single = {
        "one/Dockerfile": DOCKERFILE,
        "one/pod.yaml": POD,
        "declared/Dockerfile": DOCKERFILE,
        "declared/.gate.yaml": DECLARATION,
    }
    for name, text in (
        *single.items(),
        *((f"dockerfiles/{name}", text) for name, text in recipes()),
        *((f"pods/{name}", text) for name, text in manifests()),
        *((f"services/{name}", text) for name, text in services() if not (folder / "services" / ".git").exists()),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if not (folder / "services" / ".git").exists():
        _committed(folder / "services")
