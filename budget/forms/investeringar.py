"""The forms of an investment object: what it is with its first amounts, its name, and what is decided about it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType

from django import forms

from budget.actions.investeringar import Beslutsuppgifter, Objektuppgifter
from budget.forms.beslutsdatum import fattat
from budget.forms.justering import Beloppsfalt
from budget.models import Budgetversion, Investeringsgrupp, Investeringsobjekt, Investeringsslag
from budget.regler.askandesinne import lasningar_av_investering
from budget.regler.enhetssinne import DELAS_MED, Enhet
from budget.selectors.investeringar import PLAN, PROGNOS, UTFALL, Filter
from organisation.models import Namnd
from regionskane.lib.belopp import MNKR, ORE, TolkatBelopp
from regionskane.lib.radfalt import Radfalt


class Objektformular(forms.Form):
    """A new object. `namnder` are those that the user may write for."""

    namn = Radfalt(label="Namn", max_length=120, error_messages={"required": "Skriv vad objektet heter."})
    slag = forms.ChoiceField(
        label="Slag",
        choices=[("", "Välj …"), *Investeringsslag.choices],
        error_messages={"required": "Välj bygg eller utrustning."},
    )
    grupp = forms.ChoiceField(
        label="Grupp",
        choices=[
            ("", "Välj …"),
            *(v for v in Investeringsgrupp.choices if v[0] != Investeringsgrupp.SERVICE),
            (Investeringsgrupp.SERVICE, f"{Investeringsgrupp.SERVICE.label} och nämnder utan egen grupp"),
        ],
        help_text="Den rad i 5A som objektet räknas på. 5A har tre: en nämnd utan egen, till exempel Kulturnämnden, "
        "räknas på den sista. Objektet står ändå under sin nämnd.",
        error_messages={"required": "Välj grupp."},
    )
    namnd = forms.ModelChoiceField(
        Namnd.objects.none(),
        label="Nämnd",
        empty_label="Välj …",
        error_messages={"required": "Välj den nämnd som objektet hör till."},
    )
    strategiskt = forms.TypedChoiceField(
        label="Räknas som",
        coerce=lambda v: v == "ja",
        choices=[("ja", "Strategiskt objekt, läggs till 5A"), ("nej", "Objekt inom en ram i 5A")],
        initial="ja",
    )

    enhet = forms.ChoiceField(
        label="Ska beloppen läsas som tkr?",
        required=False,
        widget=forms.RadioSelect,
        choices=[("mnkr", "Nej, de är i mnkr"), ("tkr", "Ja, dela dem med tusen")],
    )

    def __init__(
        self,
        *args,
        version: Budgetversion,
        namnder: Iterable[Namnd],
        storsta: Mapping[str, Decimal] = MappingProxyType({}),
        ramar: Mapping[int, Decimal] = MappingProxyType({}),
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        namnder = list(namnder)
        self.storsta, self.ramar = storsta, ramar
        # The labels of the fields that look like tkr, while nobody has answered that.
        self.ser_ut_som_tkr: tuple[str, ...] = ()
        self.fields["namnd"].queryset = Namnd.objects.filter(pk__in=[n.pk for n in namnder])
        if len(namnder) == 1:
            self.fields["namnd"].initial = namnder[0]
        self.matt = {
            "utfall": (UTFALL, version.ar, f"Utfall t.o.m. {version.ar - 1}"),
            **{f"ar-{ar}": ("", ar, f"Utgift {ar}") for ar in version.ar_lista},
            "prognos": (PROGNOS, version.ar, "Prognos, hela objektet"),
            "plan": (PLAN, version.ar, "Totalt planutrymme"),
        }
        for falt, (_, _, etikett) in self.matt.items():
            self.fields[f"belopp-{falt}"] = Beloppsfalt(
                label=etikett,
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    def clean(self):
        data = super().clean()
        namnd = data.get("namnd")
        ram = self.ramar.get(namnd.pk) if namnd else None
        sett = [
            etikett
            for falt, (mattet, _, etikett) in self.matt.items()
            if (b := data.get(f"belopp-{falt}"))
            and self._ser_ut_som_tkr(b.varde, self.storsta.get(mattet), ram)
        ]
        if sett and not data.get("enhet"):
            self.ser_ut_som_tkr = tuple(sett)
            self.add_error(
                "enhet",
                f"Beloppen ser ut att vara i tkr: {', '.join(e.lower() for e in sett)} är mer än något annat objekt i "
                "versionen, eller än nämndens hela ram. Svara här och spara igen.",
            )
        return data

    @staticmethod
    def _ser_ut_som_tkr(varde: Decimal, storst: Decimal | None, ram: Decimal | None) -> bool:
        if storst is not None and abs(varde) > storst:
            return True
        return ram is not None and bool(lasningar_av_investering(varde / MNKR, ram / MNKR))

    @property
    def fragar_om_enhet(self) -> bool:
        """Whether the question stands on the page: it is asked, or has been answered in what was sent."""
        return bool(self.ser_ut_som_tkr) or (self.is_bound and bool(self.data.get("enhet")))

    @property
    def uppgiftsfalt(self):
        return [self[f] for f in ("namn", "slag", "grupp", "namnd", "strategiskt")]

    @property
    def beloppsfalt(self):
        return [self[f"belopp-{f}"] for f in self.matt]

    def uppgifter(self) -> Objektuppgifter:
        d = self.cleaned_data
        return Objektuppgifter(d["namn"], d["slag"], d["grupp"], d["strategiskt"], d["namnd"])

    def belopp(self) -> dict[tuple[str, int], TolkatBelopp]:
        """(measure, year) → amount, for the fields that are filled in, in the unit that was answered."""
        delas = DELAS_MED[Enhet(self.cleaned_data.get("enhet") or Enhet.MNKR)]
        return {
            (mattet, ar): b if delas == 1 else TolkatBelopp(b.varde / delas, max(ORE, b.precision / delas))
            for falt, (mattet, ar, _) in self.matt.items()
            if (b := self.cleaned_data[f"belopp-{falt}"])
        }


class Namnformular(forms.Form):
    """An object's name, as it was shown in `rev`."""

    namn = Radfalt(label="Namn", max_length=120, error_messages={"required": "Skriv vad objektet heter."})
    rev = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, objekt: Investeringsobjekt, **kwargs):
        super().__init__(*args, initial={"namn": objekt.enhet.namn, "rev": objekt.rev}, **kwargs)

    def svara_pa(self, objekt: Investeringsobjekt) -> None:
        """From here on the form answers to what is saved now: saved again, it replaces it."""
        self.data = self.data.copy()
        self.data["rev"] = str(objekt.rev)


class Investeringsbeslutsformular(forms.Form):
    """A decision or a note about an object in a version."""

    text = forms.CharField(label="Vad som gäller", max_length=400, required=False,
                           widget=forms.Textarea(attrs={"rows": 2}),
                           help_text="Blir en fotnot under tabellen.")  # fmt: skip
    organ = Radfalt(label="Beslutande organ", max_length=100, required=False)
    datum = forms.DateField(
        label="Beslutsdatum",
        required=False,
        validators=[fattat],
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Skriv datumet som 2023-11-28."},
    )
    paragraf = Radfalt(label="Paragraf i protokollet", max_length=20, required=False)
    avslutas_ar = forms.IntegerField(
        label="Avslutas efter år",
        required=False,
        help_text="Fyll i när objektet ska avslutas. Efter det året tar det inga belopp i versionen.",
        error_messages={"invalid": "Skriv ett årtal, till exempel 2025."},
    )

    def __init__(self, *args, version: Budgetversion, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["avslutas_ar"].min_value = version.ar
        self.version = version

    def clean(self):
        data = super().clean()
        ar = data.get("avslutas_ar")
        if ar and not self.version.ar <= ar <= self.version.ar_lista[-1] + 30:
            self.add_error("avslutas_ar", f"Skriv ett år från och med {self.version.ar}.")
        if not self.errors and not data.get("text") and not ar:
            self.add_error("text", "Skriv vad som gäller, eller det år som objektet avslutas.")
        return data

    def uppgifter(self) -> Beslutsuppgifter:
        d = self.cleaned_data
        return Beslutsuppgifter(d["organ"], d["datum"], d["paragraf"], d["text"], d["avslutas_ar"])


class Filterformular(forms.Form):
    """What of the objects to show. Anything that is not a choice is left out."""

    sok = Radfalt(
        label="Sök objekt", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    namnd = forms.ChoiceField(label="Nämnd", required=False)
    slag = forms.ChoiceField(label="Slag", required=False, choices=[("", "Alla"), *Investeringsslag.choices])
    strategiskt = forms.ChoiceField(
        label="Räknas som",
        required=False,
        choices=[("", "Alla"), ("ja", "Strategiska objekt"), ("nej", "Objekt inom ram")],
    )

    def __init__(self, *args, namnder: Iterable[Namnd] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["namnd"].choices = [("", "Alla"), *((n.kod, n.namn) for n in namnder)]


def las_filter(fraga) -> Filter:
    """The filter of an address. An unknown nämnd finds nothing, as an unknown word does."""
    slag, strategiskt = fraga.get("slag", ""), fraga.get("strategiskt", "")
    return Filter(
        sok=fraga.get("sok", "").strip()[:100],
        namnd=fraga.get("namnd", "")[:50],
        slag=slag if slag in Investeringsslag.values else "",
        strategiskt=strategiskt if strategiskt in ("ja", "nej") else "",
    )
