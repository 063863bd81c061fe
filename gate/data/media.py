"""What the name of an installation medium, a cloud image or a Vagrant box says that it holds."""

from __future__ import annotations

from gate.data.tag import CODENAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Words that name a distribution, with or without a number behind them.
NAMES = {
    "debian": "debian",
    "devuan": "devuan",
    "ubuntu": "ubuntu",
    "centos": "centos",
    "rocky": "rocky-linux",
    "rockylinux": "rocky-linux",
    "alma": "almalinux",
    "almalinux": "almalinux",
    "fedora": "fedora",
    "rhel": "rhel",
    "oracle": "oracle-linux",
    "oraclelinux": "oracle-linux",
    "alpine": "alpine-linux",
    "opensuse": "opensuse",
    "leap": "opensuse",
    "sles": "sles",
    "freebsd": "freebsd",
    "photon": "vmware-photon",
    "amzn": "amazon-linux",
    "amazonlinux": "amazon-linux",
    "al": "amazon-linux",
    "win": "windows-server",
    "windows": "windows-server",
}
#: The build that each Windows Server release stays on.
BUILDS = {"14393": "2016", "17763": "2019", "20348": "2022", "26100": "2025"}
SERVERS = frozenset({"2008", "2012", "2016", "2019", "2022", "2025"})
ENDINGS = (".iso", ".img", ".qcow2", ".raw", ".ova", ".ovf", ".vmdk", ".vmx", ".vhd", ".vhdx", ".box", ".xz", ".gz")


def named(name: str, codenames: Mapping[str, tuple[str, str]] = CODENAMES) -> Iterator[tuple[str, str]]:
    """Yield the products and releases that the name can mean, the likeliest first."""
    words = _words(name)
    if "server" in words and any(word.startswith(tuple(BUILDS)) for word in words):
        yield from (("windows-server", BUILDS[word[:5]]) for word in words if word[:5] in BUILDS)
    for number, word in enumerate(words):
        bare = word.removesuffix("64").removesuffix("32")
        product, release = codenames.get(bare, ("", ""))
        # Devuan takes its code names from Debian, and gives them other numbers.
        if product and not (product == "debian" and any(other.startswith("devuan") for other in words)):
            yield product, release
        letters = word.rstrip("0123456789.")
        if letters in NAMES:
            digits = [word[len(letters) :], *words[number + 1 :]]
            if NAMES[letters] == "oracle-linux":
                digits = [part.removeprefix("r") for part in digits]
            yield from _releases(NAMES[letters], [part for part in digits if part[:1].isdigit()], words)


def _words(name: str) -> list[str]:
    """Split what names the medium: the file, or a box with its owner."""
    text = name.lower().partition("?")[0].partition("#")[0]
    is_box = "://" not in text and text.count("/") == 1 and not text.startswith((".", "/"))
    text = text if is_box else text.rstrip("/").rpartition("/")[2]
    for ending in ENDINGS:
        text = text.removesuffix(ending)
    for mark in "_/ ":
        text = text.replace(mark, "-")
    return [word for word in text.split("-") if word]


def _releases(product: str, numbers: list[str], words: list[str]) -> Iterator[tuple[str, str]]:
    for digits in numbers:
        if product == "windows-server":
            if digits in SERVERS:
                yield product, f"{digits}-r2" if "r2" in words else digits
        elif product == "ubuntu" and len(digits) == 4 and digits.isdigit():
            yield product, f"{digits[:2]}.{digits[2:]}"
        elif product == "centos" and any(word.startswith("stream") for word in words):
            yield "centos-stream", digits
        elif not (digits.isdigit() and len(digits) > 4):
            yield product, digits
