"""`rapport reset`: forget an installation's data for good."""

import shutil
from pathlib import Path

from rapport.config import database_url
from rapport.kit.env import SettingError
from rapport.runtime import owner, place

OURS = ("database", "database.new", place.LOCATION, "keys", "logs", "run", "files")


def reset(home: Path) -> list[Path]:
    """Remove what Rapport made in the home, and its database elsewhere; returns what was removed.

    Raises SettingError while anything runs there. Files that are not ours stay.
    """
    if not home.exists():
        return []
    current = owner.current(home)
    if current is not None:
        raise SettingError(f"Rapport is running on {home} (process {current['pid']}); stop it first.")
    data = place.recorded(home)
    paths = [data] if data else []
    paths += [home / name for name in OURS] + [database_url.socket_folder(home)]
    gone = [path for path in dict.fromkeys(paths) if path.exists()]
    for path in gone:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    if not any(home.iterdir()):
        home.rmdir()
    return gone
