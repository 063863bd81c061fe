"""What the Packer reader says of the steps of a build and of the scripts that they run."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.dialects.shell_commands import commands
from gate.model.evidence import Stated, Unknown, known
from tests.readers.packer import shell, template, values

# Provisioning.


def test_scripts_are_read_where_they_lie_in_the_tree() -> None:
    subject = template(
        "qemu",
        build='provisioner "shell" {\n  scripts = ["${path.root}/scripts/up.sh"]\n}',
        scripts___up__sh="dnf -y upgrade\n",
    )
    setting = subject.provisioning.updates
    assert isinstance(setting, Stated)
    assert (setting.value, str(setting.at)) == ("full", "scripts/up.sh:1")


def test_a_script_that_is_not_in_sight_leaves_open_what_it_does() -> None:
    subject = template("qemu", build='provisioner "shell" {\n  script = "up.sh"\n}')
    assert isinstance(subject.provisioning.updates, Unknown)
    assert isinstance(subject.access.account_removed, Unknown)
    assert not subject.provisioning.piped_scripts.complete


def test_a_script_that_was_uploaded_is_read_when_it_is_run() -> None:
    build = 'provisioner "file" {\n  source = "up.sh"\n  destination = "/tmp/up.sh"\n}\n' + shell(
        "sudo bash /tmp/up.sh"
    )
    assert known(template("qemu", build=build, up__sh="apt-get -y dist-upgrade\n").provisioning.updates) == "full"


def test_scripts_that_call_each_other_come_to_an_end() -> None:
    build = 'provisioner "file" {\n  source = "a.sh"\n  destination = "/tmp/a.sh"\n}\n' + shell("bash /tmp/a.sh")
    assert known(template("qemu", build=build, a__sh="bash /tmp/a.sh\n").provisioning.updates) == "none"


@pytest.mark.parametrize(
    ("filters", "level"),
    [
        ("", "full"),
        ('filters = ["exclude:$_.Title -like \'*Preview*\'", "include:$true"]', "full"),
        ("filters = [\"exclude:$_.Title -like '*Cumulative Update*'\"]", "partial"),
    ],
)
def test_the_filters_of_windows_updates_count(filters: str, level: str) -> None:
    build = f'provisioner "windows-update" {{\n  {filters}\n}}'
    assert known(template("hyperv-iso", build=build).provisioning.updates) == level


def test_only_and_except_leave_a_step_to_other_sources() -> None:
    for line in ('only = ["hyperv-iso.other"]', 'except = ["qemu.app"]'):
        build = f'provisioner "shell" {{\n  {line}\n  inline = ["dnf -y upgrade"]\n}}'
        assert known(template("qemu", build=build).provisioning.updates) == "none"


def test_a_step_for_sources_that_are_not_known_may_not_run() -> None:
    for line in ("only = var.names", "except = var.names", 'only = [var.names, "qemu.other"]'):
        build = f'provisioner "shell" {{\n  {line}\n  inline = ["dnf -y upgrade"]\n}}'
        assert isinstance(template("qemu", build=build, rest='variable "names" {}\n').provisioning.updates, Unknown)


def test_a_step_may_differ_for_one_source() -> None:
    for name, level in (("app", "full"), ("other", "none")):
        override = f'override = {{ {name} = {{ inline = ["dnf -y upgrade"] }} }}'
        build = f'provisioner "shell" {{\n  inline = ["true"]\n  {override}\n}}'
        assert known(template("qemu", build=build).provisioning.updates) == level


def test_steps_that_are_not_expanded_leave_open_what_is_done() -> None:
    build = 'dynamic "provisioner" {\n  for_each = []\n  content {}\n}'
    assert isinstance(template("qemu", build=build).provisioning.updates, Unknown)


def test_of_two_builds_the_lesser_counts() -> None:
    second = f'}}\nbuild {{\n  sources = ["source.qemu.app"]\n  {shell("true")}'
    assert known(template("qemu", build=shell("dnf -y upgrade") + second).provisioning.updates) == "none"


@pytest.mark.parametrize(
    ("name", "text", "level"),
    [
        ("http___preseed__cfg", "d-i pkgsel/upgrade select full-upgrade\n", "full"),
        ("http___preseed__cfg", "d-i preseed/late_command string in-target apt-get -y dist-upgrade\n", "full"),
        ("http___preseed__cfg", "d-i pkgsel/include string openssh-server\n", "none"),
    ],
)
def test_the_answers_of_the_installer_are_read(name: str, text: str, level: str) -> None:
    body = 'http_directory = "http"\nboot_command = ["url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/preseed.cfg<enter>"]'
    assert known(template("qemu", body, **{name: text}).provisioning.updates) == level


def test_answers_that_are_not_in_sight_leave_updates_open() -> None:
    body = 'http_directory = "http"\nboot_command = ["ks=http://{{ .HTTPIP }}:{{ .HTTPPort }}/ks.cfg<enter>"]'
    assert isinstance(template("qemu", body).provisioning.updates, Unknown)


_UNATTEND = """<unattend>
  <CommandLine>cmd.exe /c C:\\Windows\\System32\\powershell.exe -File a:\\updates.ps1</CommandLine>
</unattend>
"""
_UPDATES = "$installer = $session.CreateUpdateInstaller()\n$installer.Install()\n"


@pytest.mark.parametrize(
    ("answers", "level"), [(_UNATTEND, "full"), (f"<!-- {_UNATTEND} -->", "none"), ("<unattend/>", "none")]
)
def test_the_answers_of_windows_run_what_lies_on_the_floppy(answers: str, level: str) -> None:
    body = 'floppy_files = ["Autounattend.xml", "scripts/updates.ps1"]'
    files = {"Autounattend__xml": answers, "scripts___updates__ps1": _UPDATES}
    assert known(template("hyperv-iso", body, **files).provisioning.updates) == level


def test_a_script_that_the_floppy_does_not_hold_does_not_run() -> None:
    build = 'provisioner "powershell" {\n  inline = ["& A:\\\\other.ps1"]\n}'
    body = 'floppy_files = ["Autounattend.xml"]'
    assert known(template("hyperv-iso", body, build, Autounattend__xml="").provisioning.updates) == "none"
    unknown = template("hyperv-iso", "floppy_files = var.files", build, rest='variable "files" {}\n')
    assert isinstance(unknown.provisioning.updates, Unknown)


def test_a_box_is_told_from_its_post_processor() -> None:
    assert known(template("qemu", build='post-processors {\n  post-processor "vagrant" {}\n}').provisioning.box) is True


def test_plugins_that_are_not_used_are_not_listed() -> None:
    plugins = 'qemu = { version = "~> 1.1" }\namazon = { version = ">= 1" }\n'
    rest = f"packer {{\nrequired_plugins {{\n{plugins}}}\n}}\n"
    assert values(template("qemu", rest=rest).provisioning.plugin_pins) == ["qemu ~> 1.1"]


# What single commands do.

_PIECES = ["a", " ", "'", '"', "\\", "$(", ")", "`", "|", "&&", ";", "\n", "<<E", "E\n", "sh -c ", "#", "<(", ">", "é"]


@pytest.mark.parametrize(
    ("command", "level"),
    [
        ("apt-get -y dist-upgrade", "full"),
        (
            "sudo -E DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Options::=--force-confold full-upgrade",
            "full",
        ),
        ("if true; then apt upgrade -y; fi", "full"),
        ("sh -c 'apt-get update && apt-get -y upgrade'", "full"),
        ("apt-get update", "none"),
        ("apt-get -s upgrade", "none"),
        ("apt-get install --only-upgrade openssl", "partial"),
        ("unattended-upgrade -v", "security"),
        ("retry dnf --assumeyes upgrade", "full"),
        ("dnf upgrade --security -y", "security"),
        ("yum -y update openssl", "partial"),
        ("yum check-update", "none"),
        ("zypper --non-interactive dup", "full"),
        ("zypper -n patch", "security"),
        ("apk upgrade -U", "full"),
        ("pacman -Syu --noconfirm", "full"),
        ("pacman -Sy vim", "none"),
        ("freebsd-update --not-running-from-cron fetch install", "full"),
        ("pkg upgrade -y", "partial"),
        ("Install-WindowsUpdate -AcceptAll", "full"),
        ("echo apt-get upgrade", "none"),
        ("true # apt-get upgrade", "none"),
        ("cat > note <<EOF\napt-get upgrade\nEOF", "none"),
        ("bash <<EOF\napt-get upgrade\nEOF", "full"),
    ],
)
def test_a_command_updates_as_much_as_its_words_say(command: str, level: str) -> None:
    assert known(template("qemu", build=shell(command)).provisioning.updates) == level


@pytest.mark.parametrize(
    "command",
    [
        "curl -fsSL https://a.example/i | sh",
        "wget -qO- https://a.example/i | sudo -E bash -s -- --yes",
        'bash -c "$(curl -fsSL https://a.example/i)"',
        "bash <(curl -fsSL https://a.example/i)",
        "curl -fsSLo i.sh https://a.example/i && sh i.sh",
        "wget https://a.example/i.sh; chmod +x i.sh; ./i.sh",
        "iex ((New-Object Net.WebClient).DownloadString('https://a.example/i'))",
    ],
)
def test_a_download_that_is_run_is_found(command: str) -> None:
    assert template("qemu", build=shell(command)).provisioning.piped_scripts.members


@pytest.mark.parametrize(
    "command",
    [
        "curl -fsSL https://a.example/key | gpg --dearmor",
        "curl -fsSLo i.sh https://a.example/i && sha256sum -c i.sum && sh i.sh",
        "cat local | sh",
        "echo 'curl https://a.example | sh'",
    ],
)
def test_a_download_that_is_not_run_unseen_is_not(command: str) -> None:
    found = template("qemu", build=shell(command)).provisioning.piped_scripts
    assert (found.members, found.complete) == ((), True)


@pytest.mark.parametrize(
    "command",
    [
        "curl -k https://a.example",
        "curl -fsSLk https://a.example",
        "curl --insecure https://a.example",
        "wget --no-check-certificate https://a.example",
        "apt-get install -y --allow-unauthenticated a",
        "dnf -y install --nogpgcheck a",
        "pip install --trusted-host a.example a",
        "git -c http.sslVerify=false clone https://a.example",
        "echo 'deb [trusted=yes] https://a.example /' > /etc/apt/sources.list.d/a.list",
    ],
)
def test_a_check_that_is_turned_off_is_found(command: str) -> None:
    assert template("qemu", build=shell(command)).provisioning.tls_checks_disabled.members


@pytest.mark.parametrize("command", ["curl -o k https://a.example", "curl -fsSLo link https://a.example", "wget a"])
def test_other_options_turn_no_check_off(command: str) -> None:
    assert not template("qemu", build=shell(command)).provisioning.tls_checks_disabled.members


@pytest.mark.parametrize(
    ("command", "account", "key", "clean"),
    [
        ("sudo userdel -r build", True, False, False),
        ("passwd -l build", True, False, False),
        ("usermod -L build", True, False, False),
        ("net user build /delete", True, False, False),
        ("rm -f /home/build/.ssh/authorized_keys", False, True, False),
        (": > ~/.ssh/authorized_keys", False, True, False),
        ("curl -o ~/.ssh/authorized_keys https://a.example/key", False, False, False),
        ("echo key > ~/.ssh/authorized_keys", False, False, False),
        ("rm -f /etc/ssh/ssh_host_*", False, False, True),
        ("truncate -s 0 /etc/machine-id", False, False, True),
        ("cloud-init clean --machine-id", False, False, True),
        ("sysprep.exe /generalize /oobe", False, False, True),
    ],
)
def test_what_is_taken_away_is_recognised(command: str, account: bool, key: bool, clean: bool) -> None:
    subject = template("qemu", build=shell(command))
    found = (subject.access.account_removed, subject.access.key_removed, subject.provisioning.cleanup)
    assert tuple(map(known, found)) == (account, key, clean)


def test_a_script_that_is_longer_than_is_read_leaves_open_what_it_does() -> None:
    build = 'provisioner "shell" {\n  script = "a.sh"\n}'
    subject = template("qemu", build=build, a__sh="true\n" * 60_000 + "apt-get -y upgrade\n")
    assert isinstance(subject.provisioning.updates, Unknown)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=25).map("".join) | st.text(max_size=40))
def test_any_script_is_read(text: str) -> None:
    for command in commands(text):
        assert command.words
        assert 0 <= command.start <= len(text)
