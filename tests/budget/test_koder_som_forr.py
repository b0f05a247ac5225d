"""What rules do to the ledger and to each other, held against going through every rule for every line or row."""

import random
from itertools import product

import pytest
from django.db import connection

from budget.actions import kontoplan
from budget.actions.kontoplan import Regelrad
from budget.models import Ansvarsregel, Kontoregel, Post, Utfallsdel
from budget.selectors.kontoplan import Senare, Senaresokning
from organisation.models import Enhet
from tests.budget.huvudbok import lagg_in

AREN = (2022, 2023, 2024)
_SPANN = """
EXISTS (SELECT 1 FROM unnest(%(fran)s::text[], %(till)s::text[], %(ar1)s::int[], %(ar2)s::int[]) AS i(fran, till, a, b)
    WHERE length({kod}) = length(i.fran) AND {ar} BETWEEN i.a AND i.b AND {kod} COLLATE "C" BETWEEN i.fran AND i.till)
"""
_REGEL = """
LEFT JOIN {tabell} r ON length(r.fran) = length(x.kod) AND x.ar BETWEEN r.fran_ar AND COALESCE(r.till_ar, x.ar)
    AND x.kod COLLATE "C" BETWEEN r.fran AND r.till
"""
_LAGE = {
    Kontoregel: "SELECT x.ar, x.kod, x.belopp, r.id, r.post_id"
    " FROM (SELECT s.ar, s.konto AS kod, sum(s.belopp) AS belopp FROM budget_saldo s"
    f" WHERE {_SPANN.format(kod='s.konto', ar='s.ar')} GROUP BY 1, 2) x"
    f" {_REGEL.format(tabell='budget_kontoregel')}",
    Ansvarsregel: "SELECT x.ar, x.kod, x.belopp, r.id, r.enhet_id, x.enhet_id"
    " FROM (SELECT h.ar, h.ansvar AS kod, h.enhet_id, sum(h.belopp) AS belopp FROM budget_huvudboksrad h"
    " JOIN budget_utfallsdel d ON (d.fil_id, d.enhet_id, d.period) = (h.fil_id, h.enhet_id, h.period)"
    f" AND d.ersatt_av_id IS NULL WHERE {_SPANN.format(kod='h.ansvar', ar='h.ar')} GROUP BY 1, 2, 3) x"
    f" {_REGEL.format(tabell='budget_ansvarsregel')}",
}  # fmt: skip


def intervall(slump):
    langd = slump.randint(1, 2)
    fran, till = sorted("".join(slump.choices("0159", k=langd)) for _ in range(2))
    fran_ar = slump.choice((2020, *AREN))
    return fran, till, fran_ar, slump.choice((None, fran_ar, fran_ar + 1))


def tar(i, fran, till):
    return len(i[0]) == len(fran) and i[0] <= till and i[1] >= fran


def skilda(slump, antal):
    """Intervals of which no two have the same code in the same year."""
    ut = []
    for i in (intervall(slump) for _ in range(antal)):
        if not any(tar(j, *i[:2]) and i[2] <= (j[3] or 9999) and j[2] <= (i[3] or 9999) for j in ut):
            ut.append(i)
    return ut


@pytest.mark.parametrize("modell", [Kontoregel, Ansvarsregel])
def test_huvudboken_hor_dit_som_forr(db, modell):
    slump = random.Random(7)
    koder = ["".join(k) for n in (1, 2, 3) for k in product("0159", repeat=n)]
    for fil in range(2):  # the second replaces some of the first
        lagg_in(
            (slump.choice(("KN", "RUN")), slump.choice(AREN) * 100 + slump.randint(1, 3 - fil), slump.choice(koder),
             slump.choice(koder), "", slump.randint(-9, 9))
            for _ in range(300)
        )  # fmt: skip
    assert Utfallsdel.objects.exclude(ersatt_av=None).exists()
    mal = list(Post.objects.all()[:3] if modell is Kontoregel else Enhet.objects.all()[:3])
    for _ in range(15):
        modell.objects.all().delete()
        for fran, till, fran_ar, till_ar in skilda(slump, 25):
            vart = {"post" if modell is Kontoregel else "enhet": slump.choice(mal)}
            modell.objects.create(fran=fran, till=till, fran_ar=fran_ar, till_ar=till_ar, namn="x", **vart)
        spann = [intervall(slump) for _ in range(slump.randint(1, 6))]
        fraga = {n: [s[i] for s in spann] for i, n in enumerate(("fran", "till", "ar1"))}
        with connection.cursor() as cursor:
            cursor.execute(_LAGE[modell], fraga | {"ar2": [s[3] or 2100 for s in spann]})
            ratt = cursor.fetchall()
        bok = kontoplan._i_huvudboken(modell, spann)
        nu = kontoplan._lage(bok, kontoplan._kodregler(modell).values())
        assert sorted(nu, key=repr) == sorted(ratt, key=repr)


def senare_forr(regler, rad):
    senare = [r for r in regler if r.fran_ar > rad.fran_ar and tar((r.fran, r.till), rad.fran, rad.till)]
    if not senare:
        return None
    regel = min(senare, key=lambda r: (r.fran_ar, r.fran))
    i_vagen = any(
        r.fran_ar < regel.fran_ar
        and (r.till_ar is None or r.till_ar >= rad.fran_ar)
        and tar((r.fran, r.till), regel.fran, regel.till)
        for r in regler
    )
    return Senare(regel, not i_vagen)


def utvidgas_forr(rader, senare):
    ut = {}
    for regel in {s.regel.pk: s.regel for s in senare if s}.values():
        par = zip(rader, senare, strict=True)
        egna = [(r, t) for r, t in par if tar((regel.fran, regel.till), r.fran, r.till)]
        if all(
            t and t.regel.pk == regel.pk and t.kan_utvidgas and t.tar(r.fran, r.till) and r.hor_till == regel.enhet
            for r, t in egna
        ):  # fmt: skip
            ut[regel.pk] = min(r.fran_ar for r, _ in egna)
    return ut


def test_senare_regler_hittas_och_utvidgas_som_forr():
    slump = random.Random(7)
    enheter = [Enhet(pk=1), Enhet(pk=2)]
    antal = 0
    for _ in range(1_500):
        regler = [
            Ansvarsregel(pk=nr, fran=a, till=b, fran_ar=c, till_ar=d, enhet=slump.choice(enheter))
            for nr, (a, b, c, d) in enumerate(skilda(slump, 8), start=1)
        ]
        rader = [
            Regelrad(a, b, "x", slump.choice(enheter), c)
            for a, b, c, _ in (intervall(slump) for _ in range(slump.randint(1, 4)))
        ]
        sokning = Senaresokning(regler)
        senare = [sokning.hitta(r.fran, r.till, r.fran_ar) for r in rader]
        assert senare == [senare_forr(regler, r) for r in rader]
        utvidgas = kontoplan._som_utvidgas(rader, senare)
        assert utvidgas == utvidgas_forr(rader, senare)
        antal += len(utvidgas)
    assert antal > 50


class _Raknad(str):
    antal = 0

    def _raknad(self, annan, vad):
        _Raknad.antal += 1
        return getattr(str, vad)(self, annan)

    def __lt__(self, annan):
        return self._raknad(annan, "__lt__")

    def __gt__(self, annan):
        return self._raknad(annan, "__gt__")

    def __le__(self, annan):
        return self._raknad(annan, "__le__")

    def __ge__(self, annan):
        return self._raknad(annan, "__ge__")


def test_manga_koder_kopplas_med_fa_jamforelser():
    enhet = Enhet(pk=1)
    koder = [_Raknad(f"{n:05}") for n in range(2_000)]
    regler = [
        Ansvarsregel(pk=n, fran=k, till=k, fran_ar=2024, enhet=enhet) for n, k in enumerate(koder, start=1)
    ]
    rader = [Regelrad(k, k, "x", enhet, 2022) for k in koder]
    _Raknad.antal = 0
    sokning = Senaresokning(regler)
    senare = [sokning.hitta(r.fran, r.till, r.fran_ar) for r in rader]
    assert len(kontoplan._som_utvidgas(rader, senare)) == len(koder)
    assert _Raknad.antal < len(koder) * 200
