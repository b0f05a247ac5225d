"""Trial values for the ersättningsmodell: one form per variant, beside each other."""

from collections.abc import Sequence
from decimal import Decimal

from django import forms

from budget.actions.justering import Uppgifter
from budget.forms.justering import Beloppsfalt
from budget.models import Block, Budgetversion
from budget.regler.ersattningsmodell import (
    REGEL,
    AndelsFel,
    DampareFel,
    Parametrar,
    Utfall,
    ersattningsmodell,
)
from budget.selectors.uppstallning import Plats
from regionskane.lib.belopp import (
    MNKR,
    OgiltigtBelopp,
    TolkatBelopp,
    formatera,
    formatera_fullt,
    tolka_belopp,
)
from regionskane.lib.radfalt import Radfalt

VARIANTER = ("a", "b", "c")
# Four decimals of a percent are within 0,1 mnkr of the share that they stand for, whatever region it is.
_FORESLAGNA_DECIMALER = 4


class Andelsfalt(forms.CharField):
    """A percentage from 0 to `hogst` as people write it: a TolkatBelopp in percent, None when empty."""

    def __init__(self, *, hogst: int = 100, **kwargs):
        self.hogst = hogst
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "n"})
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, value) -> TolkatBelopp | None:
        text = super().clean(value).removesuffix("%")
        try:
            # Read as if it were mnkr, which leaves room for eight decimals.
            tal = tolka_belopp(text, skala=MNKR)
        except OgiltigtBelopp as fel:
            raise forms.ValidationError("Skriv en procentsats, till exempel 10,4.") from fel
        if tal and not 0 <= tal.varde <= self.hogst * MNKR:
            raise forms.ValidationError(f"Procentsatsen ska ligga mellan 0 och {self.hogst}.")
        return tal and TolkatBelopp(tal.varde / MNKR, tal.precision / MNKR)


class Modellformular(forms.Form):
    """What is the same for every variant."""

    titel = Radfalt(
        label="Titel på justeringen", max_length=120, error_messages={"required": "Skriv en titel."}
    )
    ar = forms.TypedChoiceField(label="År", coerce=int)

    def __init__(self, *args, version: Budgetversion, **kwargs):
        initial = {"ar": version.ar, "titel": f"Omfördelning enligt ersättningsmodellen {version.ar}"}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["ar"].choices = [(ar, str(ar)) for ar in version.ar_lista]


class Variantformular(forms.Form):
    """One variant. With `forlaga` (variant A) an empty total or share is as there; an empty dämpare is none."""

    def __init__(
        self,
        data,
        *,
        bokstav: str,
        baser: Sequence[tuple[Plats, Decimal]],
        forlaga: "Variantformular | None" = None,
    ):
        self.bokstav, self.baser, self.forlaga = bokstav, baser, forlaga
        self.utfall: dict[int, Utfall] | None = None
        summa = sum((bas for _, bas in baser), Decimal(0))
        foreslaget = {} if forlaga else {"total": formatera_fullt(summa, skala=MNKR, minst=1)}
        super().__init__(data, prefix=bokstav, initial=foreslaget)
        namn = f"variant {bokstav.upper()}"
        ruta = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "n"})
        self.fields["total"] = Beloppsfalt(label=f"Att fördela, mnkr, {namn}", required=False, widget=ruta)
        self.fields["upp"] = Andelsfalt(label=f"Dämpare uppåt, procent, {namn}", hogst=1000)
        self.fields["ned"] = Andelsfalt(label=f"Dämpare nedåt, procent, {namn}")
        for plats, bas in baser:
            falt = self.fields[plats.enhet_kod] = Andelsfalt(
                label=f"{plats.enhet_namn}, andel i procent, {namn}"
            )
            if not forlaga and summa:
                falt.initial = formatera(bas * 100 / summa, decimaler=_FORESLAGNA_DECIMALER)
        for falt in self.fields.values():
            falt.widget.attrs["aria-label"] = falt.label

    @property
    def ifylld(self) -> bool:
        """Whether anything is typed; an empty variant is not counted."""
        return any(self.data.get(self.add_prefix(namn), "").strip() for namn in self.fields)

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        parametrar = self.parametrar()
        if parametrar is None:
            return data
        idag = {p.enhet_id: bas for p, bas in self.baser}
        try:
            self.utfall = ersattningsmodell(idag, parametrar)
        except AndelsFel as fel:
            avvikelse = formatera_fullt(len(idag) * parametrar.andelssteg / 2)
            raise forms.ValidationError(
                f"Variant {self.bokstav.upper()}: andelarna summerar till {formatera_fullt(fel.summa)} procent och ska "
                f"bli 100. För att de är avrundade får summan avvika med högst {avvikelse}."
            ) from fel
        except DampareFel as fel:
            ska_bli, mojligt = (
                formatera(x, skala=MNKR, decimaler=1, tecken=True) for x in (fel.ska_bli, fel.mojligt)
            )
            raise forms.ValidationError(
                f"Variant {self.bokstav.upper()}: dämparna är för snäva. Tillsammans ska styrelserna ändras med "
                f"{ska_bli} mnkr, men dämparna stannar vid {mojligt}."
            ) from fel
        return data

    def parametrar(self) -> Parametrar | None:
        """The typed values for the rule; None, with the fault on its field, when one that is needed is missing."""
        data = self.cleaned_data
        arvda = self.forlaga.cleaned_data if self.forlaga and self.forlaga.is_bound else {}
        varden = {
            namn: data.get(namn) or arvda.get(namn)
            for namn in ("total", *(p.enhet_kod for p, _ in self.baser))
        }
        for namn in [n for n, v in varden.items() if v is None]:
            var = " eller i variant A" if self.forlaga else ""
            self.add_error(namn, f"Skriv ett tal här{var}.")
        if self.errors:
            return None
        andelar = {p.enhet_id: varden[p.enhet_kod] for p, _ in self.baser}
        return Parametrar(
            total=varden["total"].varde,
            andelar={enhet: a.varde for enhet, a in andelar.items()},
            andelssteg=min(a.precision for a in andelar.values()),
            upp=data["upp"] and data["upp"].varde,
            ned=data["ned"] and data["ned"].varde,
        )

    def uppgifter(self, huvud: Modellformular) -> Uppgifter:
        """The justering that the variant becomes; it remembers the rule and everything that it was given."""
        p, data = self.parametrar(), huvud.cleaned_data
        hall = ((p.upp, "uppåt"), (p.ned, "nedåt"))
        dampare = [f"{formatera_fullt(sats)} procent {at}" for sats, at in hall if sats is not None]
        motiv = (
            f"Föreslagen av regeln för ersättningsmodellen, variant {self.bokstav.upper()}: "
            f"{formatera_fullt(p.total, skala=MNKR, minst=1)} mnkr fördelas mellan {len(self.baser)} styrelser. "
        )
        if dampare:
            motiv += (
                f"Dämpare {' och '.join(dampare)} av dagens regionbidrag; det som dämparen lämnar över bärs av de "
                "odämpade i proportion till vad modellen ger dem."
            )
        else:
            motiv += "Ingen dämpare."
        regel = {
            "regel": REGEL,
            "total": _tal(p.total),
            "andelar": {plats.enhet_kod: _tal(p.andelar[plats.enhet_id]) for plats, _ in self.baser},
            "andelssteg": _tal(p.andelssteg),
            "dampare_upp": p.upp if p.upp is None else _tal(p.upp),
            "dampare_ned": p.ned if p.ned is None else _tal(p.ned),
        }
        return Uppgifter(data["ar"], Block.RIKTAD, data["titel"], data["ar"], motiv, regel)


def _tal(tal: Decimal) -> str:
    return format(tal.normalize(), "f")
