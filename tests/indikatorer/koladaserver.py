"""A server that speaks Kolada's protocol, version 3, in a thread of the tests.

It answers from `poster`, refuses what Kolada refuses (more than 25 ids in a list, unknown addresses) and can be told
to fail: `fel` maps the number of a request, counted from 1, to what is done instead of the answer.
"""

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlencode, urlsplit


def post(kpi, omrade, ar, *varden):
    """One object of `values`; each of `varden` is (gender, value) or (gender, value, more fields)."""
    return {
        "kpi": kpi,
        "municipality": omrade,
        "period": ar,
        "values": [
            {"gender": v[0], "count": 1, "status": "", "value": v[1], "isdeleted": False}
            | (v[2] if len(v) > 2 else {})
            for v in varden
        ],
    }


class Koladaserver(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Svar)
        self.url = f"http://127.0.0.1:{self.server_port}/v3"
        self.poster: list[dict] = []
        self.grupper: list[dict] = []
        self.omraden: list[dict] = []
        self.sidstorlek = 5_000
        self.fragor: list[str] = []
        self.fel: dict = {}
        self.las = threading.Lock()

    def handle_error(self, request, client_address):
        pass  # a client that leaves is not written in the output of the tests


class _Svar(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        s = self.server
        with s.las:
            s.fragor.append(self.path)
            fel = s.fel.get(len(s.fragor)) or s.fel.get("alla")
        if fel is not None:
            fel(self)
            return
        self.sida()

    def sida(self, **andrat):
        """The right answer, with fields of its object replaced."""
        delar = urlsplit(self.path)
        fraga = {n: v[0] for n, v in parse_qs(delar.query).items()}
        traffar = self._traffar(unquote(delar.path), fraga)
        if traffar is None:
            self.svara(404, b'{"detail":"Not Found"}')
            return
        storlek = min(int(fraga.get("per_page", 5_000)), self.server.sidstorlek)
        sida = int(fraga.get("page", 1))
        slut = sida * storlek
        nasta = None
        if slut < len(traffar):
            nasta = (
                f"{self.server.url}{delar.path.removeprefix('/v3')}?{urlencode(fraga | {'page': sida + 1})}"
            )
        svar = {"values": traffar[slut - storlek : slut], "count": len(traffar), "next_url": nasta}
        self.svara(200, _som_json(svar | andrat))

    def _traffar(self, vag, fraga):
        s = self.server
        delar = vag.removeprefix("/v3/").split("/")
        titel = fraga.get("title", "").lower()
        match delar:
            case ["municipality" | "municipality_groups" as vad]:
                alla = s.omraden if vad == "municipality" else s.grupper
                return [v for v in alla if titel in v["title"].lower()]
            case ["data", "kpi", kpi, "municipality", omr, "year", ar]:
                listor = [x.split(",") for x in (kpi, omr, ar)]
                if any(len(x) > 25 for x in listor):
                    return None
                return [
                    p
                    for p in s.poster
                    if p["kpi"] in listor[0]
                    and p["municipality"] in listor[1]
                    and str(p["period"]) in listor[2]
                ]
        return None

    def svara(self, status, kropp=b"", typ="application/json", langd=None, **huvuden):
        self.send_response(status)
        self.send_header("Content-Type", typ)
        self.send_header("Content-Length", str(len(kropp) if langd is None else langd))
        for namn, varde in huvuden.items():
            self.send_header(namn.replace("_", "-"), varde)
        self.end_headers()
        self.wfile.write(kropp)
        if langd is not None and langd > len(kropp):
            self.close_connection = True

    def log_message(self, *args):
        pass


def _som_json(svar) -> bytes:
    """A Decimal is written as a number with the digits that it has, which a float would lose."""
    return re.sub(r'"tal:([^"]+)"', r"\1", json.dumps(svar, default=lambda tal: f"tal:{tal}")).encode()


@contextmanager
def koladaserver():
    server = Koladaserver()
    trad = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    trad.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
