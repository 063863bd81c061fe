"""Windows containers, wherever it can be said that they are ones, and the ladder that Windows has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gate.dialects.windows_image import account, is_windows
from tests.verbs import check, rules, write_all

if TYPE_CHECKING:
    from pathlib import Path

SERVERCORE = "mcr.microsoft.com/windows/servercore:ltsc2022"
NANOSERVER = "mcr.microsoft.com/windows/nanoserver:ltsc2022"


def judged(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    service: str,
    declared: str = "",
    files: dict[str, str] | None = None,
) -> Any:
    """Check a Compose file with one service, and return what is said of it."""
    write_all(folder, {"compose.yaml": f"services:\n  web: {{{service}}}\n", **(files or {})})
    if declared:
        entry = f"{{name: web, match: {{name: web}}, sensitivity: internal, {declared}}}"
        write_all(folder, {".gate.yaml": f"version: 1\nworkloads: [{entry}]\n"})
    return check(capsys, folder).subject("services/web")


@pytest.mark.parametrize(
    ("name", "windows", "user"),
    [
        (SERVERCORE, True, "ContainerAdministrator"),
        (NANOSERVER, True, "ContainerUser"),
        ("mcr.microsoft.com/windows:ltsc2019", True, "ContainerAdministrator"),
        ("mcr.microsoft.com/windows/servercore/iis", True, "ContainerAdministrator"),
        ("mcr.microsoft.com/dotnet/framework/aspnet:4.8", True, "ContainerAdministrator"),
        ("mcr.microsoft.com/dotnet/aspnet:8.0-nanoserver-ltsc2022", True, "ContainerUser"),
        ("mcr.microsoft.com/dotnet/sdk:8.0-windowsservercore-ltsc2022", True, "ContainerAdministrator"),
        ("golang:1.25-nanoserver-ltsc2022", True, ""),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", False, ""),
        ("mcr.microsoft.com/windowsless/web", False, ""),
        ("registry.example/windows/nanoserver", False, ""),
        ("nanoserver", False, ""),
    ],
)
def test_names_of_images(name: str, windows: bool, user: str) -> None:
    assert (is_windows(name), account(name)) == (windows, user)


@pytest.mark.parametrize("isolation", ["hyperv", "HyperV"])
def test_hyperv_is_a_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str], isolation: str) -> None:
    web = judged(tmp_path, capsys, f"image: web, isolation: {isolation}")
    assert (web["boundary"]["level"], web["boundary"]["kind"]) == ("L5", "hyperv")


@pytest.mark.parametrize("service", [f"image: '{SERVERCORE}'", "image: web, isolation: process"])
def test_process_isolation_is_the_default_of_a_shared_kernel(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], service: str
) -> None:
    """Which it also is where nothing is said, as on a server."""
    web = judged(tmp_path, capsys, service)
    assert web["boundary"]["level"] == "L2"
    assert not rules(web) & {"ISO025", "ISO029"}


def test_the_default_isolation_says_nothing_of_the_system(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "ISO029" in rules(judged(tmp_path, capsys, "image: web, isolation: default"))


@pytest.mark.parametrize(
    ("declared", "required"), [("exposure: internet", "L5"), ("code_trust: untrusted", "L5"), ("exposure: none", "L2")]
)
def test_nothing_asks_for_a_level_that_windows_has_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], declared: str, required: str
) -> None:
    """Neither the requirement nor what is suggested."""
    web = judged(tmp_path, capsys, f"image: '{NANOSERVER}'", declared)
    assert web["required"]["level"] == required
    assert not {one["reaches"] for one in web["suggestions"]} & {"L3", "L4"}
    assert {one["level"] for one in web["required"]["because"]} <= {"L2", "L5"}


@pytest.mark.parametrize(
    ("service", "outcome"),
    [
        (f"image: '{SERVERCORE}'", "failed"),
        (f"image: '{NANOSERVER}'", "passed"),
        (f"image: '{NANOSERVER}', user: ContainerAdministrator", "failed"),
        (f"image: '{SERVERCORE}', user: ContainerUser", "passed"),
        ("image: 'golang:1.25-nanoserver'", "undecided"),
    ],
)
def test_the_account_is_the_services_else_that_of_the_base(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], service: str, outcome: str
) -> None:
    web = judged(tmp_path, capsys, service)
    found = {one["outcome"] for one in web["findings"] if one["rule"] == "ISO027"}
    assert found == ({outcome} if outcome != "passed" else set())


@pytest.mark.parametrize(("base", "failed"), [(SERVERCORE, True), (NANOSERVER, False)])
def test_a_recipe_says_the_system_and_the_account_by_its_base(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    base: str,
    failed: bool,
) -> None:
    """Through a stage as well."""
    recipe = f"FROM {base} AS base\nFROM base\nRUN echo\n"
    web = judged(tmp_path, capsys, "build: .", files={"Dockerfile": recipe})
    assert ("ISO027" in rules(web)) is failed
    assert not rules(web) & {"ISO025", "ISO029"}


@pytest.mark.parametrize(
    "pipe",
    [
        r"\\.\pipe\docker_engine",
        "//./pipe/docker_engine",
        r"\\.\pipe\containerd-containerd",
        r"\\.\pipe\docker_engine_windows",
        r"\\.\pipe\dockerDesktopLinuxEngine",
        r"\\.\pipe\podman-machine-default",
    ],
)
@pytest.mark.parametrize("isolation", ["process", "hyperv"])
def test_a_pipe_of_the_engine_is_the_engine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pipe: str, isolation: str
) -> None:
    """Hyper-V hands it in."""
    volume = f"{{type: npipe, source: '{pipe}', target: '{pipe}'}}"
    web = judged(tmp_path, capsys, f"image: '{SERVERCORE}', isolation: {isolation}, volumes: [{volume}]")
    assert web["boundary"]["level"] == "L0"
    assert "ISO009" in rules(web)


def test_a_pipe_in_the_short_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    web = judged(tmp_path, capsys, r"image: web, volumes: ['\\.\pipe\docker_engine:\\.\pipe\docker_engine']")
    assert "ISO009" in rules(web)


def test_a_class_of_devices_weakens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    device = "class/5B45201D-F2F2-4F3B-85BB-30FF1F953599"
    web = judged(tmp_path, capsys, f"image: '{SERVERCORE}', devices: ['{device}']")
    assert web["boundary"]["level"] == "L1"


def pod(handler: str, more: str = "") -> dict[str, str]:
    """Return a pod for Windows with a RuntimeClass."""
    return {
        "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  os: {name: windows}\n"
        f"  runtimeClassName: kept\n  containers: [{{name: web, image: '{SERVERCORE}'}}]\n{more}",
        "class.yaml": f"apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {{name: kept}}\nhandler: {handler}\n",
    }


@pytest.mark.parametrize(
    ("handler", "level"),
    [
        ("runhcs-wcow-hypervisor", "L5"),
        ("runhcs-wcow-hypervisor-20348", "L5"),
        ("runhcs-wcow-process", "L2"),
        ("runhcs-other", "L2"),
    ],
)
def test_handlers_of_windows(tmp_path: Path, capsys: pytest.CaptureFixture[str], handler: str, level: str) -> None:
    write_all(tmp_path, pod(handler))
    assert check(capsys, tmp_path).subject("Pod/web")["boundary"]["level"] == level


def test_a_pod_runs_as_the_account_of_its_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, pod("runhcs-wcow-process"))
    assert "ISO027" in rules(check(capsys, tmp_path).subject("Pod/web"))


def test_what_only_windows_has_makes_a_pod_one_of_windows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostNetwork: true\n"
        "  securityContext: {windowsOptions: {hostProcess: true}}\n  containers: [{name: c, image: x}]\n"
    )
    write_all(tmp_path, {"pod.yaml": text})
    found = rules(check(capsys, tmp_path).subject("Pod/web"))
    assert "ISO038" in found
    assert "ISO031" not in found


def test_a_host_process_reaches_through_hyperv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = "  hostNetwork: true\n  securityContext: {windowsOptions: {hostProcess: true}}\n"
    write_all(tmp_path, pod("runhcs-wcow-hypervisor", more))
    found = check(capsys, tmp_path).subject("Pod/web")
    assert found["boundary"]["level"] == "L0"
