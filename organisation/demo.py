"""The demonstration users and their shared password, which is made once per installation."""

import secrets
from pathlib import Path

from django.conf import settings

# Only a–z, so that the password can be typed on any keyboard.
_ORD = (
    *(
        "alm",
        "asp",
        "bok",
        "ek",
        "gran",
        "hassel",
        "lind",
        "pil",
        "tall",
        "hav",
        "holme",
        "kulle",
        "myr",
        "strand",
    ),
    *(
        "sund",
        "dimma",
        "frost",
        "moln",
        "regn",
        "sol",
        "storm",
        "vind",
        "ljung",
        "malva",
        "smultron",
        "timjan",
    ),
    *(
        "viol",
        "hed",
        "lund",
        "dal",
        "vik",
        "udde",
        "skog",
        "vass",
        "kobbe",
        "stig",
        "grind",
        "brygga",
        "segel",
    ),
)


def _plats() -> Path:
    return Path(settings.DATA_DIR) / "demo-losenord"


def kant_demolosenord() -> str | None:
    """The password as it was once made here, or None when no file tells."""
    plats = _plats()
    return plats.read_text(encoding="utf-8").strip() if plats.exists() else None


def demolosenord() -> str:
    """The password of the demo users: read from its file, or made and written there the first time."""
    plats = _plats()
    if kant_demolosenord() is None:
        plats.parent.mkdir(parents=True, exist_ok=True)
        plats.touch(mode=0o600)
        ord_ = "-".join(secrets.choice(_ORD) for _ in range(3))
        plats.write_text(f"{ord_}-{secrets.randbelow(9000) + 1000}\n", encoding="utf-8")
    return kant_demolosenord()
