"""The ``pki`` folder: our own application certificate, the servers we trust, those that came unknown.

::

    pki/own/certificate.der, key.pem      ours; the key has mode 0600
    pki/trusted/FINGERPRINT.der           servers a person trusted, one by one; nothing is trusted through an issuer
    pki/rejected/FINGERPRINT.der, .json   servers that came unknown, and where they were met; the newest hundred

A certificate is trusted when the very same bytes lie under ``trusted``. Every change is one rename, so a running
controller and the command line may use the folder at the same time.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from controller.domain.errors import ConfigError, StoreError
from drivers.opcua.certificates import Certificate, certificate_in, certificate_of

FOLDER = "pki"
"""Below the data folder."""
OWN, TRUSTED, REJECTED = "own", "trusted", "rejected"
CERTIFICATE_FILE, KEY_FILE = "certificate.der", "key.pem"
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
MOST_REJECTED = 100
"""Whoever can reach us could fill the disk with certificates; the oldest go."""
OTHERS_READ, OTHERS_WRITE = 0o077, 0o022


@dataclass(frozen=True, slots=True)
class Met:
    """Where an unknown certificate was met, and what else would speak against it."""

    endpoint: str
    url: str
    at: str
    flaws: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pki:
    """The folder. Reading never makes it; nothing of it need be there."""

    path: Path

    # -- ours ---------------------------------------------------------------------------------------------------

    @property
    def certificate_file(self) -> Path:
        """Our certificate, DER: what is brought to the stations."""
        return self.path / OWN / CERTIFICATE_FILE

    @property
    def key_file(self) -> Path:
        """Its key, PEM, mode 0600."""
        return self.path / OWN / KEY_FILE

    @property
    def again(self) -> str:
        """What a command needs besides to mean this folder; for the data folder where the command is typed, nothing."""
        data = self.path.parent
        return "" if data == Path("data") or data == Path.cwd() / "data" else f" --data {data}"

    def own(self) -> Certificate:
        """Our certificate.

        Raises:
            ConfigError: there is none, or it cannot be used.
        """
        if not self.certificate_file.exists():
            raise ConfigError(
                f"there is no application certificate of our own in {self.certificate_file.parent}: make one with "
                f"`zhadao certs create{self.again}` and bring it to the station"
            )
        try:
            return certificate_of(self.certificate_file.read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigError(f"our certificate {self.certificate_file} cannot be used: {error}") from error

    def keep_own(self, der: bytes, key: bytes, now: datetime) -> Path | None:
        """Put a new certificate and key in place; those before are put aside, and their folder is given back.

        Raises:
            StoreError: the folder does not take them.
        """
        try:
            folder = self._made(OWN)
            aside = None
            if self.certificate_file.exists() or self.key_file.exists():
                aside = folder / f"before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
                aside.mkdir(mode=PRIVATE_FOLDER)
                for file in (self.certificate_file, self.key_file):
                    if file.exists():
                        file.rename(aside / file.name)
            _write(self.key_file, key)
            _write(self.certificate_file, der)
        except OSError as error:
            raise StoreError(f"the certificate could not be written to {self.path / OWN}: {error}") from error
        return aside

    # -- theirs -------------------------------------------------------------------------------------------------

    def trusts(self, certificate: Certificate) -> bool:
        """Whether a person trusted exactly this certificate.

        Raises:
            ConfigError: others than this user could have put it there.
        """
        folder = self.path / TRUSTED
        try:
            if (folder / f"{certificate.fingerprint}.der").read_bytes() != certificate.der:
                return False
            loose = folder.stat().st_mode & OTHERS_WRITE
        except OSError:
            return False
        if loose:
            raise ConfigError(f"the trust list {folder} can be changed by others: say `chmod 700 {folder}`")
        return True

    def trusted(self) -> list[Certificate]:
        """Every trusted certificate, by fingerprint."""
        return list(self._all(TRUSTED))

    def rejected(self) -> list[tuple[Certificate, Met]]:
        """Every certificate that waits for a person, by fingerprint, and where it was met."""
        return [(one, self.met(one)) for one in self._all(REJECTED)]

    def met(self, certificate: Certificate) -> Met:
        """Where it was met last."""
        try:
            said = json.loads((self.path / REJECTED / f"{certificate.fingerprint}.json").read_text(encoding="utf-8"))
            return Met(str(said["endpoint"]), str(said["url"]), str(said["at"]), tuple(map(str, said["flaws"])))
        except (OSError, ValueError, KeyError, TypeError):
            return Met("", "", "")

    def find(self, fingerprint: str) -> Certificate | None:
        """The trusted or waiting certificate whose fingerprint (or thumbprint) begins like this; None: none, or more
        than one."""
        wanted = "".join(fingerprint.split()).replace(":", "").lower()
        found = {
            one.fingerprint: one
            for one in (*self._all(TRUSTED), *self._all(REJECTED))
            if one.fingerprint.startswith(wanted) or one.thumbprint.startswith(wanted)
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def trust(self, certificate: Certificate) -> None:
        """Trust it from now on.

        Raises:
            StoreError: the folder does not take it.
        """
        self._put(TRUSTED, certificate)
        self._drop(REJECTED, certificate)

    def ask(self, certificate: Certificate, met: Met) -> None:
        """An unknown certificate waits for a person, with where it was met first.

        Raises:
            StoreError: the folder does not take it.
        """
        if self.met(certificate).endpoint == met.endpoint:
            return  # it is shown again at every try
        self._put(REJECTED, certificate)
        try:
            note = json.dumps(asdict(met), ensure_ascii=False).encode()
            _write(self.path / REJECTED / f"{certificate.fingerprint}.json", note)
        except OSError as error:
            raise StoreError(f"{self.path / REJECTED} cannot be written: {error}") from error
        self._only_the_newest()

    def reject(self, certificate: Certificate) -> None:
        """Trust it no longer; it waits for a person again.

        Raises:
            StoreError: the folder does not take it.
        """
        self._put(REJECTED, certificate)
        self._drop(TRUSTED, certificate)

    def remove(self, certificate: Certificate) -> None:
        """Forget it altogether.

        Raises:
            StoreError: the folder does not take it.
        """
        self._drop(TRUSTED, certificate)
        self._drop(REJECTED, certificate)

    def _all(self, kind: str) -> Iterator[Certificate]:
        for file in sorted((self.path / kind).glob("*.der")):
            with contextlib.suppress(OSError, ValueError):  # removed meanwhile, or not a certificate: not trusted
                found = certificate_in(file.read_bytes())
                if found.fingerprint == file.stem:
                    yield found

    def _put(self, kind: str, certificate: Certificate) -> None:
        try:
            _write(self._made(kind) / f"{certificate.fingerprint}.der", certificate.der)
        except OSError as error:
            raise StoreError(f"{self.path / kind} cannot be written: {error}") from error

    def _drop(self, kind: str, certificate: Certificate) -> None:
        try:
            for ending in ("der", "json"):
                (self.path / kind / f"{certificate.fingerprint}.{ending}").unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{self.path / kind} cannot be changed: {error}") from error

    def _only_the_newest(self) -> None:
        with contextlib.suppress(OSError):  # another process tidies too
            files = sorted((self.path / REJECTED).glob("*.der"), key=lambda file: file.stat().st_mtime_ns)
            for file in files[:-MOST_REJECTED]:
                file.unlink(missing_ok=True)
                file.with_suffix(".json").unlink(missing_ok=True)

    def _made(self, kind: str) -> Path:
        folder = self.path / kind
        self.path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        self.path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        return folder


def readable_by_others(file: Path) -> bool:
    """Whether others than its owner could read or change a file that holds a secret.

    Raises:
        OSError: there is no such file.
    """
    return bool(file.stat().st_mode & OTHERS_READ)


def _write(file: Path, content: bytes) -> None:
    """All of it or nothing, mode 0600."""
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    partial.replace(file)
