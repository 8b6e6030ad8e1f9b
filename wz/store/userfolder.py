"""The user's own configuration folder, where secrets lie that must not be in a registry."""

from pathlib import Path


def configuration() -> Path:
    """`~/.config/wz`, `%APPDATA%\\\\wz`, `~/Library/Application Support/wz`; it need not be there."""
    from platformdirs import user_config_path

    return user_config_path("wz", appauthor=False, roaming=True)
