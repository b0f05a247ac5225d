"""What a process remembers of what it has read is short."""

import ast
from pathlib import Path

from django.conf import settings

from regionskane.lib.minne import LANGST, minns

# The made-up ledger's own numbers.
DEMO = ("plan", "_skala")


def test_en_lang_text_lases_varje_gang_och_minns_inte():
    lasta = []

    @minns(10)
    def las(text, *mer):
        """Reads."""
        lasta.append(text)
        return len(text), mer

    for text in ("kort", "x" * LANGST, "x" * (LANGST + 1)):
        assert las(text, 1) == las(text, 1) == (len(text), (1,))
    assert lasta == ["kort", "x" * LANGST, *["x" * (LANGST + 1)] * 2]
    assert (las.__name__, las.__doc__) == ("las", "Reads.")


def test_inget_som_en_besokare_skrivit_lags_i_ett_minne_utan_granser():
    """`lru_cache` keeps its arguments, so a cell of 32 767 characters stayed in the process, thousands of times. Those
    that are left are given what the system itself has made."""
    kvar = {}
    for app in ("budget", "indikatorer", "organisation", "uppfoljning", "regionskane"):
        for fil in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            for nod in ast.walk(ast.parse(fil.read_text(encoding="utf-8"))):
                for d in getattr(nod, "decorator_list", ()):
                    namn = d.func if isinstance(d, ast.Call) else d
                    if getattr(namn, "id", "") in ("lru_cache", "cache"):
                        kvar[nod.name] = getattr(namn, "id", "")
    assert kvar == {
        "_stilmall": "cache",  # the style sheet: no argument
        "_tom_cell": "lru_cache",  # what an empty cell says
        "_i_enhet": "lru_cache",  # a column in another unit
        **dict.fromkeys(DEMO, "lru_cache"),
    }
