"""What an image tag says: a product's version, a distribution, a build date, a flavour."""

from __future__ import annotations

from gate.data.codenames import DEBIAN, UBUNTU

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

#: Distributions and releases by their code names.
CODENAMES = {
    **{name: ("debian", release) for name, release in DEBIAN.items()},
    **{name: ("ubuntu", release) for name, release in UBUNTU.items()},
}

#: Words that name a distribution when a version follows, at once or as the next token.
PREFIXES = {
    "alpine": "alpine-linux",
    "debian": "debian",
    "ubuntu": "ubuntu",
    "ubi": "rhel",
    "rhel": "rhel",
    "oraclelinux": "oracle-linux",
    "ol": "oracle-linux",
    "al": "amazon-linux",
    "amazonlinux": "amazon-linux",
    "azurelinux": "azure-linux",
    "mariner": "azure-linux",
    "centos": "centos",
    "rockylinux": "rocky-linux",
    "almalinux": "almalinux",
    "fedora": "fedora",
    "leap": "opensuse",
    "photon": "vmware-photon",
    "stream": "centos-stream",
}

#: Releases of Windows containers by the word in the tag; `ltsc2019` is what `1809` was renamed to.
WINDOWS = {"ltsc2016": "2016", "ltsc2019": "2019", "1809": "2019", "ltsc2022": "2022", "ltsc2025": "2025"}
WINDOWS |= {word: word for word in ("1709", "1803", "1903", "1909", "2004", "20h2")}
WINDOWS_IMAGES = {"windowsservercore": "windows-server-core", "nanoserver": "windows-nano-server"}


def tokens(tag: str) -> tuple[str, ...]:
    """Split a tag into its words."""
    return tuple(word for word in tag.lower().replace("_", "-").split("-") if word)


def distribution(
    words: tuple[str, ...], codenames: Mapping[str, tuple[str, str]] = CODENAMES
) -> tuple[tuple[str, str], ...]:
    """Name the distribution releases that the words speak of; the release is empty where only the name is there."""
    found = []
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        named = codenames.get(word) or _release(word, following, words)
        if named is not None:
            found.append(named)
    return tuple(dict.fromkeys(found))


def _release(word: str, following: str, words: tuple[str, ...]) -> tuple[str, str] | None:
    if word in WINDOWS_IMAGES:
        release = next((WINDOWS[other] for other in words if other in WINDOWS), "")
        return WINDOWS_IMAGES[word], release
    name = word.rstrip("0123456789.")
    release = word[len(name) :].strip(".")
    if name not in PREFIXES:
        return None
    if not release and is_version(following) and name in ("debian", "ubuntu", "centos", "alpine"):
        release = following
    return (PREFIXES[name], release) if release or name == "alpine" else None


def is_version(word: str) -> bool:
    """Say whether a word starts like a version."""
    return bool(version(word))


def version(word: str) -> str:
    """Return the numbers that a word starts with, such as `3.9.18` of `v3.9.18rc1`; nothing when it has none."""
    text = word.removeprefix("v")
    end = 0
    while end < len(text) and (text[end].isdigit() or text[end] == "."):
        end += 1
    return text[:end].strip(".") if text[:1].isdigit() else ""


def build_date(words: tuple[str, ...]) -> str:
    """Return the day that a tag such as `bookworm-20240513-slim` or `2023.5.20240708.0` claims, in ISO form."""
    for word in words:
        for part in word.split("."):
            if len(part) == 8 and part.isdigit() and "20130101" <= part < "20991231":
                month, day = part[4:6], part[6:]
                if "01" <= month <= "12" and "01" <= day <= "31":
                    return f"{part[:4]}-{month}-{day}"
    return ""


def release_of(product: str, repository: str, words: tuple[str, ...]) -> str:
    """Read the release of a distribution out of the name of its own image."""
    if product == "rhel":
        return _red_hat(repository)
    if product == "debian" and "/distroless/" in repository:
        return version(repository.rpartition("-debian")[2])
    for word in words:
        if word in WINDOWS and product.startswith("windows-"):
            return WINDOWS[word]
        if version(word):
            return version(word)
    return ""


def _red_hat(repository: str) -> str:
    """Read the release out of a path such as `ubi9/ubi-minimal` or `rhel7`; the tags carry other numbers."""
    for part in repository.split("/")[1:]:
        for prefix in ("ubi", "rhel"):
            if part.startswith(prefix) and part[len(prefix) :][:1].isdigit():
                return version(part[len(prefix) :].partition("-")[0])
    return ""
