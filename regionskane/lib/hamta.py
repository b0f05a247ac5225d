"""JSON fetched over HTTP from a service that belongs to somebody else: patiently, and never more than it allows.

A request that failed for a passing reason (no answer, a broken connection, 5xx) is made again after a pause that
doubles, with chance in it so that many clients do not come back at once. 429 is obeyed: the pause is what
Retry-After asks for, and when that is longer than `LANGSTA_PAUS` the fetching stops instead of coming too early.
"""

import http.client
import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit, urlunsplit

LANGSTA_PAUS = 120.0
STORSTA_SVAR = 64 << 20
_BLOCK = 1 << 16


class HamtningsFel(Exception):
    """The service did not give a usable answer. `str()` is a Swedish sentence for the user."""


class _Tillfalligt(Exception):
    """Worth another try. `paus` is what the service asks for, in seconds, or None."""

    def __init__(self, skal: str, paus: float | None = None):
        self.paus = paus
        super().__init__(skal)


class _IngenOmdirigering(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None  # becomes an HTTPError with the status


@dataclass(frozen=True, slots=True)
class Talamod:
    """How patient to be: tries in all, the first pause and the time for one whole answer, in seconds."""

    forsok: int = 5
    paus: float = 1.0
    svarstid: float = 30.0


class Jsonhamtare:
    """Fetches JSON below one base address, and nothing from anywhere else.

    `namn` is what the sentences call the service. `sov`, `slump` and `nu` are for tests: they sleep a number of
    seconds, give a number from 0 to 1, and tell the time. The clock of the time limit is not replaced.
    """

    def __init__(
        self,
        bas: str,
        *,
        namn: str,
        talamod: Talamod = Talamod(),
        sov: Callable[[float], None] = time.sleep,
        slump: Callable[[], float] = random.random,
        nu: Callable[[], datetime] = lambda: datetime.now(UTC),
    ):
        delar = urlsplit(bas)
        if delar.scheme not in ("http", "https") or not delar.hostname:
            raise ValueError(f"«{bas}» är inte en webbadress som börjar med https://.")
        self.bas = bas.rstrip("/") + "/"
        self.namn = namn
        self._talamod, self._sov, self._slump, self._nu = talamod, sov, slump, nu
        self._oppnare = urllib.request.build_opener(_IngenOmdirigering)

    def adress(self, vag: str) -> str:
        """A path below the base, or an address that the service gave, as an address at the base's own host.

        Raises HamtningsFel for another host. The base's scheme is kept: a service behind a proxy may call itself http.
        """
        bas = urlsplit(self.bas)
        try:
            mal = urlsplit(urljoin(self.bas, vag))
            samma = mal.scheme in ("http", "https") and (mal.hostname, _port(mal)) == (
                bas.hostname,
                _port(bas),
            )
        except ValueError as fel:
            raise HamtningsFel(f"{self.namn} hänvisade till något som inte är en adress.") from fel
        if not samma:
            raise HamtningsFel(
                f"{self.namn} hänvisade till en annan server ({mal.hostname or mal.scheme}). Den följdes inte."
            )
        return urlunsplit((bas.scheme, bas.netloc, mal.path, mal.query, ""))

    def hamta(self, vag: str) -> object:
        """The answer as Python data, with every number that has a decimal point as the Decimal that was written.

        Raises HamtningsFel when there is no answer after all tries, when the service refuses, and when the
        answer is not JSON, is cut or is larger than `STORSTA_SVAR`.
        """
        adress = self.adress(vag)
        for gjorda in range(1, self._talamod.forsok + 1):
            try:
                return self._tolka(self._las(adress))
            except _Tillfalligt as skal:
                if gjorda == self._talamod.forsok:
                    raise HamtningsFel(
                        f"{self.namn} {skal}, efter {gjorda} försök. Försök igen senare."
                    ) from skal
                self._vanta(gjorda, skal)
        raise AssertionError("Minst ett försök görs.")

    def _vanta(self, gjorda: int, skal: _Tillfalligt) -> None:
        paus = skal.paus
        if paus is None:
            hogst = min(self._talamod.paus * 2 ** (gjorda - 1), LANGSTA_PAUS)
            paus = hogst * (0.5 + self._slump() / 2)
        elif paus > LANGSTA_PAUS:
            raise HamtningsFel(
                f"{self.namn} {skal} och ber oss vänta {paus:.0f} sekunder. Försök igen efter det."
            ) from skal
        self._sov(paus)

    def _las(self, adress: str) -> bytes:
        begaran = urllib.request.Request(
            adress, headers={"Accept": "application/json", "User-Agent": "regionskane"}
        )
        slut = time.monotonic() + self._talamod.svarstid
        try:
            with self._oppnare.open(begaran, timeout=self._talamod.svarstid) as svar:
                delar, storlek = [], 0
                # A timeout of the socket is per read, so a byte now and then would keep us for ever.
                while block := svar.read1(_BLOCK):
                    delar.append(block)
                    storlek += len(block)
                    if storlek > STORSTA_SVAR:
                        raise HamtningsFel(
                            f"{self.namn} gav ett svar som är större än 64 MB. Det lästes inte."
                        )
                    if time.monotonic() > slut:
                        raise TimeoutError
                if svar.length:  # read1 does not say that the connection ended too early
                    raise http.client.IncompleteRead(b"", svar.length)
                return b"".join(delar)
        except urllib.error.HTTPError as fel:
            with fel:
                self._avvisat(fel)
        except (http.client.HTTPException, OSError) as fel:
            orsak = fel.reason if isinstance(fel, urllib.error.URLError) else fel
            if isinstance(orsak, TimeoutError):
                raise _Tillfalligt("svarade inte i tid") from fel
            if isinstance(orsak, http.client.IncompleteRead):
                raise _Tillfalligt("avbröt svaret") from fel
            raise _Tillfalligt("gick inte att nå") from fel
        raise AssertionError("Läsningen har ett svar eller ett fel.")

    def _avvisat(self, fel: urllib.error.HTTPError) -> None:
        if fel.code == 429:
            raise _Tillfalligt(
                "säger att vi frågar för ofta", self._retry_after(fel.headers.get("Retry-After"))
            ) from fel
        if fel.code >= 500:
            raise _Tillfalligt(
                f"svarade med felet {fel.code}", self._retry_after(fel.headers.get("Retry-After"))
            ) from fel
        if fel.code == 404:
            raise HamtningsFel(f"{self.namn} har inget på adressen {urlsplit(fel.url).path[:200]}.") from fel
        raise HamtningsFel(f"{self.namn} avvisade frågan ({fel.code}). Inget har hämtats.") from fel

    def _retry_after(self, text: str | None) -> float | None:
        """Seconds, from a number of them or an HTTP date; None when it says nothing that can be understood."""
        text = (text or "").strip()
        if text.isascii() and text.isdigit():
            return float(text[:9])
        try:
            da = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
        da = da if da.tzinfo else da.replace(tzinfo=UTC)
        return max(0.0, (da - self._nu()).total_seconds())

    def _tolka(self, svar: bytes) -> object:
        try:
            return json.loads(svar.decode("utf-8"), parse_float=Decimal, parse_constant=_inget_tal)
        except (ValueError, RecursionError) as fel:
            vad = "ett svar som inte är giltig JSON" if svar else "ett tomt svar"
            vad = "en webbsida" if svar.lstrip().startswith(b"<") else vad
            raise HamtningsFel(f"{self.namn} gav {vad}. Inget har lästs in. Försök igen senare.") from fel


def _port(delar) -> int | None:
    """The port, None for the scheme's own, so that http and https of the same host are one place."""
    return None if delar.port == {"http": 80, "https": 443}[delar.scheme] else delar.port


def _inget_tal(namn: str):
    raise ValueError(f"{namn} är inte ett tal i JSON.")
