"""Makes random LXC configurations: right ones mostly, with clearing, quotes and includes, and some wrong ones."""

from __future__ import annotations

import random

CAPABILITIES = (
    "sys_admin",
    "sys_module",
    "mknod",
    "net_raw",
    "chown",
    "setuid",
    "21",
    "none",
    "SYS_TIME",
    "cap_kill",
    "bogus",
)
SPACES = ("net", "ipc", "pid", "uts", "user", "mnt", "cgroup", "network", "time")
TYPES = ("veth", "none", "empty", "macvlan", "phys", "ipvlan", "vlan", "bridge", "None")
_AUTOMATIC = """
proc proc:rw proc:mixed sys sys:ro sys:rw sys:mixed cgroup cgroup:ro cgroup:rw cgroup:mixed cgroup-full cgroup-full:rw
cgroup-full:mixed proc:ro sys:yes dev cgroup: shmounts:/a:/b
"""
AUTOMATIC = tuple(_AUTOMATIC.split())
RULES = ("a", "a *:* rwm", "c 1:3 rwm", "b 8:0 rwm", "b *:* m", "c 10:200 rw")
MAPS = (
    "u 0 100000 65536",
    "g 0 100000 65536",
    "u 0 0 1",
    "u  1000   1000 1",
    "u 0 0x186a0 65536",
    "u 0 100000",
    "x 0 1 1",
    "u a b c",
    "g 0 0 4294967295",
    "u -1 0 1",
    "u 0 100000 65536 7",
)

#: Keys with a value of any kind.
TEXTS = (
    "lxc.apparmor.profile",
    "lxc.apparmor.raw",
    "lxc.mount.entry",
    "lxc.mount.fstab",
    "lxc.rootfs.path",
    "lxc.seccomp.profile",
    "lxc.sysctl.kernel.msgmax",
    "lxc.sysctl.net.core.somaxconn",
    "lxc.uts.name",
    "lxc.cgroup.memory.limit_in_bytes",
    "lxc.cgroup2.memory.max",
    "lxc.net.0.link",
    "lxc.net.1.link",
)
WORDS = (
    "a",
    "unconfined",
    "generated",
    "/var/lib/x",
    "64M",
    "A=1",
    "x y",
    "none",
    "dir:/r",
    "'",
    '"q',
    "#no",
    "ü",
    "=",
)
FLAGS = ("lxc.no_new_privs", "lxc.autodev", "lxc.apparmor.allow_nesting")
OTHERS = ("", "# lxc.cap.drop = mknod", "martian = 1", "[section]", "  ", "lx c.foo = 1")
WRONG = (
    "lxc.cap.drop",
    "lxc.no.such = 1",
    "lxc.caps.drop = mknod",
    "lxc.net = veth",
    "lxc.net.type = veth",
    "lxc. = 1",
)


#: Keys, what they take, that and what they do not take, and whether it is a list of words.
STATEMENTS: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], bool], ...] = (
    (("lxc.cap.drop", "lxc.cap.drop", "lxc.cap.keep"), CAPABILITIES[:7], CAPABILITIES, True),
    (("lxc.idmap",), MAPS[:5], MAPS, False),
    (("lxc.mount.auto",), AUTOMATIC[:14], AUTOMATIC, True),
    (
        tuple(f"lxc.{cgroup}.devices.{rule}" for cgroup in ("cgroup", "cgroup2") for rule in ("allow", "deny")),
        RULES,
        RULES,
        False,
    ),
    (("lxc.namespace.keep", "lxc.namespace.clone"), SPACES[:7], SPACES, True),
    (tuple(f"lxc.namespace.share.{name}" for name in ("net", "pid", "ipc", "uts")), ("other", "1"), ("other",), False),
    (("lxc.namespace.share.net", "lxc.namespace.share.nothing"), ("other",), ("other",), False),
    (tuple(f"lxc.net.{index}.type" for index in range(3)), TYPES[:7], TYPES, False),
    (FLAGS, ("0", "1"), ("0", "1", "01", "2", "yes"), False),
    (("lxc.environment",), ("A=1", "B=x y"), ("A=1",), False),
    (("lxc.init.uid",), ("0", "1000", "0x10"), ("1",), False),
    (TEXTS, WORDS, WORDS, False),
)


def configuration(chance: random.Random) -> dict[str, str]:
    """Return the files of a configuration, the first of which includes the others."""
    included = chance.random() < 0.2
    files = {"config": _text(chance, ("part.conf", "parts/") if included else ())}
    if included:
        files["part.conf"] = _text(chance, ())
        files["parts/one.conf"] = _text(chance, ())
        files["parts/passed-over.txt"] = "lxc.cap.drop = mknod\n"
    return files


def _text(chance: random.Random, includes: tuple[str, ...]) -> str:
    lines = [_line(chance) for _ in range(chance.randrange(1, 12))]
    lines += [f"lxc.include = {name}" for name in includes]
    chance.shuffle(lines)
    if chance.random() < 0.08:
        lines.insert(chance.randrange(len(lines)), chance.choice(WRONG))
    end = "\r\n" if chance.random() < 0.1 else "\r" if chance.random() < 0.05 else "\n"
    return (
        end.join(lines)
        + (end if chance.random() < 0.9 else "")
        + ("\0lxc.no.such = 1" if chance.random() < 0.03 else "")
    )


def _line(chance: random.Random) -> str:
    if chance.random() < 0.08:
        return chance.choice(OTHERS)
    key, value = _statement(chance)
    if chance.random() < 0.12:
        value = ""
    quote = chance.choice(("", "", "", "", '"', "'"))
    before, after, end = (chance.choice(("", " ", "\t", "  ")) for _ in range(3))
    return f"{chance.choice(('', '', ' '))}{key}{before}={after}{quote}{value}{quote}{end}"


def _statement(chance: random.Random) -> tuple[str, str]:
    """Return a key and a value, which is wrong now and then."""
    key, right, wrong, several = chance.choice(STATEMENTS)
    words = wrong if chance.random() < 0.15 else right
    value = _some(chance, words) if several else chance.choice(words)
    return chance.choice(key), value


def _some(chance: random.Random, words: tuple[str, ...]) -> str:
    return " ".join(chance.choice(words) for _ in range(chance.randrange(1, 4)))
