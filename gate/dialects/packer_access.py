"""How a Packer build reaches its guest, and whether that way stays open in the image.

Sources: packer-plugin-sdk `communicator`, `HTTPConfig` and the run configurations of the builders' plugins.
"""

from __future__ import annotations

from gate.dialects.packer_provisioning import account_removed, key_removed
from gate.model.evidence import Defaulted, Inapplicable, Stated, Unknown
from gate.model.template import Access

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.packer import Keys, Recipe
    from gate.dialects.packer_provisioning import Done
    from gate.model.evidence import Setting

#: The key that says where the console of the build listens, by the beginning of the builder's name.
_CONSOLES = {"qemu": "vnc_bind_address", "vmware": "vnc_bind_address", "virtualbox": "vrdp_bind_address"}

NOT_USED = "the build does not log in this way"


def access(recipe: Recipe, builds: list[Done]) -> Access:
    """Return how the guest is reached."""
    keys = recipe.keys
    communicator = keys.text("communicator", "ssh")
    return Access(
        communicator,
        _password(keys, communicator),
        _key(keys, communicator),
        account_removed(builds),
        key_removed(builds),
        _winrm(keys, communicator),
        _http(keys),
        _console(recipe),
        _hypervisor(recipe),
    )


def _password(keys: Keys, communicator: Setting[str]) -> Setting[bool]:
    """Say whether the build logs in with a password; a key, where one is given, is tried first."""
    kind = communicator.value if isinstance(communicator, Stated | Defaulted) else ""
    if kind == "none":
        return Inapplicable("the build does not log in", communicator.at)
    if kind == "winrm":
        return Stated(True, keys.at_of("winrm_password"))
    if not kind:
        return Unknown("the communicator is not known", communicator.at)
    given = keys.text("ssh_password")
    if isinstance(given, Unknown) and keys.has("ssh_password"):
        return Stated(True, given.at)
    return _present(given)


def _present(given: Setting[str]) -> Setting[bool]:
    if isinstance(given, Stated):
        return Stated(given.value != "", given.at, given.via)
    return Defaulted(False, given.at) if isinstance(given, Defaulted) else Unknown(_reason(given), given.at)


def _reason(setting: Setting[str]) -> str:
    return setting.reason if isinstance(setting, Unknown) else "it is not known"


def _key(keys: Keys, communicator: Setting[str]) -> Setting[bool]:
    """Say whether the build logs in with a key that somebody keeps."""
    kind = communicator.value if isinstance(communicator, Stated | Defaulted) else ""
    if kind and kind != "ssh":
        return Inapplicable(NOT_USED, communicator.at)
    if keys.on("ssh_agent_auth"):
        return keys.flag("ssh_agent_auth", default=False)
    if keys.has("ssh_private_key_file") and isinstance(keys.text("ssh_private_key_file"), Unknown):
        return Stated(True, keys.at_of("ssh_private_key_file"))
    return _present(keys.text("ssh_private_key_file"))


def _winrm(keys: Keys, communicator: Setting[str]) -> Setting[bool]:
    """Say whether WinRM is encrypted: only TLS does that, NTLM here protects the login alone."""
    kind = communicator.value if isinstance(communicator, Stated | Defaulted) else ""
    if kind and kind != "winrm":
        return Inapplicable(NOT_USED, communicator.at)
    if not kind:
        return Unknown("the communicator is not known", communicator.at)
    return keys.flag("winrm_use_ssl", default=False)


def _http(keys: Keys) -> Setting[str]:
    if not (keys.has("http_directory") or keys.has("http_content")):
        return Inapplicable("the build serves no files", keys.at)
    return keys.text("http_bind_address", "0.0.0.0")  # noqa: S104 - what Packer does, not the gate


def _console(recipe: Recipe) -> Setting[str]:
    keys = recipe.keys
    name = next((key for start, key in _CONSOLES.items() if recipe.builder.startswith(start)), "")
    if not name or keys.on("disable_vnc"):
        return Inapplicable("the build opens no console of its own", recipe.at)
    return keys.text(name, "127.0.0.1")


def _hypervisor(recipe: Recipe) -> Setting[bool]:
    """Say whether the certificate of the hypervisor's own interface is checked."""
    keys = recipe.keys
    if not recipe.builder.startswith("vsphere") and not keys.has("insecure_connection"):
        return Inapplicable("the build talks to a hypervisor on the same machine", recipe.at)
    return _negated(keys.flag("insecure_connection", default=False))


def _negated(setting: Setting[bool]) -> Setting[bool]:
    if isinstance(setting, Stated):
        return Stated(not setting.value, setting.at, setting.via)
    return Defaulted(not setting.value, setting.at) if isinstance(setting, Defaulted) else setting
