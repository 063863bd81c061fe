"""Makes Vagrantfiles as people write them: blocks in each other, strings of every kind, conditions and loops."""

from __future__ import annotations

import random

FOLDERS = (".", "..", "/srv/x", "./data", "/", "/home/u")
TARGETS = ("/vagrant", "/vagrant", "/x", "/srv", "/y")
_CONDITIONS = ("true", "false", 'ENV["NO_SUCH"]', 'ENV["HOME"]', "Dir.pwd.empty?", 'RUBY_VERSION > "1"')
_COMMANDS = (
    ("modifyvm", ":id", "--vrde", "on"),
    ("modifyvm", ":id", "--clipboard", "bidirectional"),
    ("modifyvm", ":id", "--nested-hw-virt", "off"),
    ("setextradata", ":id", "VBoxInternal/x", "1"),
    ("sharedfolder", "add", ":id", "--name", "n", "--hostpath", "/srv", "--readonly"),
)
_ODD = (
    "# config.vm.synced_folder '/never', '/never'",
    '$script = <<-SCRIPT\nconfig.vm.synced_folder "/never", "/never"\nend\nSCRIPT',
    "x = %w[a b].map { |one| one.upcase }",
    "=begin\nconfig.vm.synced_folder '/never', '/never'\n=end",
    "y = \"it's # no comment\" # a comment with ' and end",
    "z = { a: 1, 'b' => [2, 3] }",
    "def helper(one)\n  one\nend",
    "w = [1, 2].each do |one|\n  one + 1\nend",
    "v = true ? 1 : 2",
    "u = 'end'; t = :end",
    "s = /['\"]/ =~ 'x'",
    "r = %q(it's)",
)


def vagrantfile(chance: random.Random) -> tuple[str, str]:
    """Return a file and the provider that it speaks of."""
    provider = chance.choice(("virtualbox", "virtualbox", "libvirt"))
    names = chance.sample(("a", "b", "web-1"), chance.randrange(3))
    body = [_general(chance, "config", provider) for _ in range(chance.randrange(4))]
    body += [_define(chance, name, provider) for name in names]
    chance.shuffle(body)
    head = "".join(f"{chance.choice(_ODD)}\n" for _ in range(chance.randrange(3)))
    return f'{head}Vagrant.configure("2") do |config|\n{"".join(body)}end\n', provider


def _define(chance: random.Random, name: str, provider: str) -> str:
    shown = chance.choice((f'"{name}"', f"'{name}'", f":{name}" if name.isalpha() else f'"{name}"'))
    options = chance.choice(("", "", ", primary: true", ", autostart: false"))
    inside = "".join(_general(chance, "m", provider) for _ in range(chance.randrange(4)))
    if chance.random() < 0.15:
        inside = inside.replace("\n", "\n  ")
    call = chance.choice((f"config.vm.define {shown}{options}", f"config.vm.define({shown}{options})"))
    return f"  {call} do |m|\n{inside}  end\n"


def _general(chance: random.Random, on: str, provider: str) -> str:
    kind = chance.random()
    if kind < 0.5:
        return _guarded(chance, _folder(chance, on))
    if kind < 0.8:
        return _provider(chance, on, provider)
    if kind < 0.9:
        return f'    {on}.vm.box = "x"; {on}.vm.hostname = "h"\n'
    odd = chance.choice(_ODD)
    return f"{odd}\n" if not odd.startswith("def") else "\n"


def _guarded(chance: random.Random, line: str) -> str:
    kind, condition = chance.random(), chance.choice(_CONDITIONS)
    if kind < 0.7:
        return f"    {line}\n"
    if kind < 0.8:
        return f"    {line} {chance.choice(('if', 'unless'))} {condition}\n"
    if kind < 0.9:
        return f"    {chance.choice(('if', 'unless'))} {condition}\n      {line}\n    end\n"
    return f"    if {condition}\n      {line}\n    else\n      # nothing\n    end\n"


def _folder(chance: random.Random, on: str) -> str:
    quote = chance.choice("'\"")
    source, target = chance.choice(FOLDERS), chance.choice(TARGETS)
    words = [f"{quote}{source}{quote}", f"{quote}{target}{quote}"]
    if chance.random() < 0.1:
        words[0] = chance.choice(('ENV["NO_SUCH"] || "."', "File.join('/srv', 'x')", '"#{1}"'))
    if chance.random() < 0.5:
        words.append(
            chance.choice(
                (
                    "disabled: true",
                    ":disabled => true",
                    "disabled: false",
                    'type: "rsync"',
                    ':type => :rsync, owner: "u"',
                    'mount_options: ["ro"]',
                    "mount_options: ['dmode=775', 'ro']",
                    'mount_options: ["dmode=775,fmode=664"]',
                    'owner: "root", group: "root"',
                    'id: "v-root"',
                    "create: true, disabled: 1 > 0",
                    "type: 'nfs', nfs_udp: false",
                )
            )
        )
    inside = chance.choice((", ", ",\n        ")).join(words)
    return chance.choice((f"{on}.vm.synced_folder {inside}", f"{on}.vm.synced_folder({inside})"))


def _provider(chance: random.Random, on: str, provider: str) -> str:
    shown = chance.choice((f'"{provider}"', f":{provider}", f"'{provider}'"))
    lines = [_setting(chance, provider) for _ in range(chance.randrange(1, 4))]
    if chance.random() < 0.15:
        lines.append(f"override.{_folder(chance, 'x')[2:]}")
        return f"    {on}.vm.provider {shown} do |p, override|\n      " + "\n      ".join(lines) + "\n    end\n"
    if chance.random() < 0.2 and not any(" if " in line or "\n" in line for line in lines):
        return f"    {on}.vm.provider({shown}) {{ |p| {'; '.join(lines)} }}\n"
    return f"    {on}.vm.provider {shown} do |p|\n      " + "\n      ".join(lines) + "\n    end\n"


def _setting(chance: random.Random, provider: str) -> str:
    if provider == "virtualbox":
        words = chance.choice(_COMMANDS)
        quote = chance.choice("'\"")
        inside = ", ".join(word if word == ":id" else f"{quote}{word}{quote}" for word in words)
        line = chance.choice(
            (f"p.customize [{inside}]", f"p.customize([{inside}])", f'p.customize "pre-boot", [{inside}]')
        )
        line = chance.choice((line, line, "p.memory = 512", "p.gui = true", 'p.name = "n"'))
    else:
        line = chance.choice(
            (
                'p.driver = "qemu"',
                "p.driver = :kvm",
                "p.nested = true",
                "p.nested = false",
                'p.graphics_ip = "0.0.0.0"',
                "p.graphics_ip = '127.0.0.1'",
                'p.graphics_passwd = "x"',
                "p.memory = 1024",
            )
        )
    return f"{line} if {chance.choice(_CONDITIONS)}" if chance.random() < 0.1 else line
