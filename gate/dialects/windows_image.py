"""What an image's name says about Windows: whether it is an image of it, and which account its containers run as.

Source: Microsoft, "Secure Windows containers": containers of Server Core and Windows run as ContainerAdministrator
unless told otherwise, those of Nano Server as ContainerUser. The images of .NET keep the account of their base.
"""

from __future__ import annotations

from gate.dialects.image_name import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.image import ImageName

ADMINISTRATOR, USER = "ContainerAdministrator", "ContainerUser"

_WINDOWS = "mcr.microsoft.com/windows"
_NANO = f"{_WINDOWS}/nanoserver"
_FRAMEWORK = "mcr.microsoft.com/dotnet/framework"
_DOTNET = "mcr.microsoft.com/dotnet"

#: What tags of images for Windows say of their base, in the order of precedence.
_MARKS = ("nanoserver", "windowsservercore")


def is_windows(text: str) -> bool:
    """Say whether an image is one of Windows by its repository or its tag."""
    name = _read(text)
    if name is None:
        return False
    return _below(name.repository, _WINDOWS) or _below(name.repository, _FRAMEWORK) or bool(_mark(name))


def account(text: str) -> str:
    """Return the account that an image's containers run as by default; empty for one whose maker nobody knows."""
    name = _read(text)
    if name is None:
        return ""
    if _below(name.repository, _NANO):
        return USER
    if _below(name.repository, _WINDOWS) or _below(name.repository, _FRAMEWORK):
        return ADMINISTRATOR
    if _below(name.repository, _DOTNET) and (mark := _mark(name)):
        return USER if mark == "nanoserver" else ADMINISTRATOR
    return ""


def _read(text: str) -> ImageName | None:
    """Parse what may be an image of Windows; everything else is not worth it."""
    return parse(text) if "windows" in text or "nanoserver" in text or _FRAMEWORK in text else None


def _below(repository: str, folder: str) -> bool:
    return repository == folder or repository.startswith(f"{folder}/")


def _mark(name: ImageName) -> str:
    return next((mark for mark in _MARKS if mark in name.tag), "")
