"""The forms of the kontoplan: a rule of konton or ansvar, and a motpart."""

from datetime import date, timedelta

from django import forms

from budget.models import Ansvarsregel, Kontoregel, Motpart, Motpartsslag
from budget.selectors.kontoplan import BALANSKONTO, hamta_ansvarsenheter, hamta_kontoposter, postnamn
from regionskane.lib.radfalt import Radfalt


class Regelformular(forms.Form):
    """A rule: an interval of codes, what it belongs to, and for which years. `till` may be left empty for one code."""

    fran = Radfalt(label="Från", max_length=40, error_messages={"required": "Skriv en kod."})
    till = Radfalt(
        label="Till", required=False, max_length=40, help_text="Lämna tomt när regeln tar en enda kod."
    )
    namn = Radfalt(label="Namn", max_length=120, error_messages={"required": "Skriv ett namn."})
    fran_ar = forms.IntegerField(label="Från år", min_value=2000, max_value=2100)
    till_ar = forms.IntegerField(label="Till och med år", required=False, min_value=2000, max_value=2100)
    kalla = Radfalt(
        label="Källa",
        required=False,
        max_length=200,
        help_text="Var indelningen står, till exempel Region-Bas 2024.",
    )

    @classmethod
    def av(cls, regel):
        """What the form shows of a saved rule."""
        falt = {f: getattr(regel, f) for f in ("fran", "till", "namn", "fran_ar", "till_ar", "kalla")}
        return falt | {"mal": regel.post_id if isinstance(regel, Kontoregel) else regel.enhet_id}

    def uppgifter(self) -> dict:
        """As the action takes them."""
        data = dict(self.cleaned_data)
        data["till"] = data["till"] or data["fran"]
        return data


class Kontoformular(Regelformular):
    """What konton belong to. An empty choice of post is no balance account: that is a choice of its own."""

    modell = Kontoregel
    mal = forms.ChoiceField(
        label="Hör till",
        error_messages={"required": "Välj vilken rad kontona hör till, eller att de är balanskonton."},
    )
    field_order = ("fran", "till", "namn", "mal", "fran_ar", "till_ar", "kalla")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.poster = {str(p.pk): p for p in hamta_kontoposter()}
        val = [(pk, postnamn(p)) for pk, p in self.poster.items()]
        self.fields["mal"].choices = [("", "Välj …"), *val, ("balans", BALANSKONTO)]
        if self.initial and self.initial.get("mal", "") is None:
            self.initial["mal"] = "balans"

    def uppgifter(self) -> dict:
        data = super().uppgifter()
        return data | {"post": self.poster.get(data.pop("mal"))}


class Ansvarsformular(Regelformular):
    """What ansvar belong to."""

    modell = Ansvarsregel
    mal = forms.ChoiceField(label="Hör till", error_messages={"required": "Välj en enhet."})
    field_order = ("fran", "till", "namn", "mal", "fran_ar", "till_ar", "kalla")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.enheter = {str(e.pk): e for e in hamta_ansvarsenheter()}
        self.fields["mal"].choices = [("", "Välj …"), *((pk, e.namn) for pk, e in self.enheter.items())]

    def uppgifter(self) -> dict:
        data = super().uppgifter()
        return data | {"enhet": self.enheter[data.pop("mal")]}


class Motpartsformular(forms.Form):
    """A motpart. The last day is included, as people say it."""

    modell = Motpart
    kod = Radfalt(label="Kod", max_length=20, error_messages={"required": "Skriv en kod."})
    namn = Radfalt(label="Namn", max_length=100, error_messages={"required": "Skriv ett namn."})
    slag = forms.ChoiceField(
        label="Slag",
        choices=[("", "Välj …"), *Motpartsslag.choices],
        help_text="Bestämmer vad som räknas bort när interna poster utelämnas.",
        error_messages={"required": "Välj ett slag."},
    )
    giltig_fran = forms.DateField(
        label="Gäller från",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Skriv datumet som 2024-01-01.", "required": "Skriv en dag."},
    )
    sista_dag = forms.DateField(
        label="Till och med",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Skriv datumet som 2024-12-31."},
    )
    kalla = Radfalt(label="Källa", required=False, max_length=200)

    @classmethod
    def av(cls, motpart: Motpart):
        """What the form shows of a saved motpart."""
        till = motpart.giltig_till
        return {f: getattr(motpart, f) for f in ("kod", "namn", "slag", "kalla")} | {
            "giltig_fran": motpart.giltig_fran.isoformat(),
            "sista_dag": (till - timedelta(days=1)).isoformat() if till else None,
        }

    def uppgifter(self) -> dict:
        data = dict(self.cleaned_data)
        sista: date | None = data.pop("sista_dag")
        # The calendar's last day is how other systems write «until further notice».
        return data | {"giltig_till": sista + timedelta(days=1) if sista and sista < date.max else None}
