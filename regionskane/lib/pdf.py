"""A document as PDF: one file that claims both PDF/A-3a (archive) and PDF/UA-1 (accessibility).

The caller renders the HTML (`templates/rapporter/handling.html`); this module never sees Django.
WeasyPrint is imported when a PDF is made: it needs libraries of the operating system, and a machine
that lacks them must still serve pages.
"""

import atexit
import base64
import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from celery.exceptions import SoftTimeLimitExceeded

from regionskane.lib.tabell import Handling
from regionskane.lib.visning import ren_text

STATISKT = Path(__file__).resolve().parents[2] / "static"
TYPSNITT = {"Inter-Regular.woff2": 400, "Inter-Medium.woff2": 500, "Inter-SemiBold.woff2": 600}
STILMALL = "rapport.css"

SKAPARE = "Budget och uppföljning"
SPRAK = "sv"

APT = "apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

# PDF/A admits a foreign namespace in the metadata only together with a description of it.
_UA_NAMNRYMD = "http://www.aiim.org/pdfua/ns/id/"
_UA_ANSPRAK = f"""
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""
    xmlns:pdfuaid="{_UA_NAMNRYMD}"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about=""
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>{_UA_NAMNRYMD}</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
""".encode()


class PdfFel(Exception):
    """The PDF could not be made. `str()` is a Swedish sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Bilaga:
    """A file inside the PDF, such as the workbook that its figures can be followed in."""

    namn: str
    innehall: bytes
    beskrivning: str = ""


def skriv_handling(handling: Handling, *, html: str, bilagor: Sequence[Bilaga] = ()) -> bytes:
    """Render finished HTML of the handling, with title, language and time taken from the handling.

    Nothing is fetched: not from the net, not from files; only `data:image/` addresses are read. The
    same handling, HTML and attachments give the same bytes. Raises PdfFel when WeasyPrint or a library
    of the operating system is missing or the document cannot be laid out, ValueError when
    `handling.tid` is not an ISO timestamp.
    """
    weasyprint = _weasyprint()
    tid = _tid(handling.tid)
    fasta, typsnitt = _stilmall()
    with _utan_skrapsamling():
        try:
            dokument = weasyprint.HTML(string=ren_text(html), url_fetcher=_stangd_hamtare()).render(
                stylesheets=list(fasta), font_config=typsnitt, pdf_variant="pdf/a-3a"
            )
            dokument.metadata.title = _utan_mjuka(handling.titel)
            dokument.metadata.authors = [SKAPARE]
            dokument.metadata.generator = SKAPARE
            dokument.metadata.description = _utan_mjuka(handling.undertitel) or None
            dokument.metadata.lang = SPRAK
            dokument.metadata.created = dokument.metadata.modified = tid.strftime("%Y-%m-%dT%H:%M:%SZ")
            # A <link rel=attachment> in the text must not smuggle a file in beside ours.
            dokument.metadata.attachments = []
            return dokument.write_pdf(
                pdf_variant="pdf/a-3a",
                finisher=_lagg_till_ua,
                attachments=[
                    weasyprint.Attachment(
                        string=bilaga.innehall,
                        name=bilaga.namn,
                        description=bilaga.beskrivning or bilaga.namn,
                        relationship="Source",
                        created=tid,
                        modified=tid,
                        url_fetcher=_stangd_hamtare(),
                    )
                    for bilaga in bilagor
                ],
            )
        except (MemoryError, SoftTimeLimitExceeded):
            raise
        except BaseException as fel:
            # WeasyPrint's FatalURLFetchingError is no Exception, so that its own code lets it through.
            if isinstance(fel, Exception) or type(fel).__name__ == "FatalURLFetchingError":
                raise PdfFel(f"PDF:en för «{handling.titel}» kunde inte göras: {fel}") from fel
            raise


def _weasyprint():
    try:
        import weasyprint
    except ImportError as fel:
        raise PdfFel(f"PDF kan inte göras: Pythonpaketet {fel.name} saknas. Kör make start.") from fel
    except OSError as fel:
        raise PdfFel(
            f"PDF kan inte göras: ett bibliotek i operativsystemet saknas ({fel}). Kör: {APT}"
        ) from fel
    # Its warnings are about CSS that it does not know; what matters is tested with veraPDF.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return weasyprint


def _stangd_hamtare():
    from weasyprint.urls import URLFetcher

    class StangdHamtare(URLFetcher):
        """Reads pictures that stand in the document itself, and nothing else."""

        def fetch(self, url, headers=None):
            if not url.lower().startswith("data:image/"):
                raise ValueError("Handlingar hämtar inget utifrån.")
            return super().fetch(url, headers)

    return StangdHamtare(allowed_protocols={"data"}, allow_redirects=False)


@cache
def _stilmall():
    """The stylesheets and the fonts, parsed once per process: unpacking the fonts costs half a second."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    samling = FontConfiguration()
    # It removes its folder of unpacked fonts when it goes, which must happen while Python still runs.
    atexit.register(_stilmall.cache_clear)
    bara_data = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    try:
        stilmall = (STATISKT / "css" / STILMALL).read_text(encoding="utf-8")
        fonter = {vikt: (STATISKT / "font" / namn).read_bytes() for namn, vikt in TYPSNITT.items()}
    except OSError as fel:
        raise PdfFel(f"PDF kan inte göras: filen {Path(fel.filename).name} saknas i mappen static.") from fel
    ansikten = "".join(
        "@font-face { font-family: Inter; font-style: normal; "
        f"font-weight: {vikt}; src: url(data:font/woff2;base64,{base64.b64encode(data).decode()}); }}\n"
        for vikt, data in fonter.items()
    )
    blad = tuple(
        CSS(string=text, font_config=samling, url_fetcher=bara_data, media_type="print")
        for text in (ansikten, stilmall)
    )
    return blad, samling


def _lagg_till_ua(dokument, pdf) -> None:
    """Put the second claim beside the first: WeasyPrint writes one claim per file."""
    slut = b"</rdf:RDF>"
    for objekt in pdf.objects:
        if getattr(objekt, "extra", {}).get("Type") == "/Metadata":
            objekt.stream = [
                bit.replace(slut, _UA_ANSPRAK + slut) if isinstance(bit, bytes) else bit
                for bit in objekt.stream
            ]
            return
    raise PdfFel("PDF:en fick inga metadata, så den kan inte kallas tillgänglig.")


@contextmanager
def _utan_skrapsamling() -> Iterator[None]:
    """A layout makes objects by the million and drops few: without the collector it is a fifth faster."""
    pa = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if pa:
            gc.enable()


def _utan_mjuka(text: str) -> str:
    """Metadata are shown by other programs, some of which show every soft hyphen."""
    return ren_text(text).replace("\u00ad", "")


def _tid(iso: str) -> datetime:
    tid = datetime.fromisoformat(iso)
    return tid.astimezone(UTC) if tid.tzinfo else tid.replace(tzinfo=UTC)
