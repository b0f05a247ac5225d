"""Reminders: on the right days, once per part and day, and only by letter where mail is configured."""

import subprocess
import sys
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from smtplib import SMTPException

import pytest
from django.conf import settings as installningar
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from budget.actions import budgetdel as aktion
from budget.actions.paminnelse import paminn_om_delar
from budget.actions.versioner import las_version
from budget.models import Budgetdel, Paminnelse
from budget.selectors.budgetdel import las_avtryck
from budget.tasks import paminn
from organisation.models import Anvandare, Notis

ONSDAG = date(2024, 9, 25)


@pytest.fixture
def klocka(monkeypatch):
    """Put the clock at noon of a day."""

    def satt(dag):
        nu = timezone.make_aware(datetime(dag.year, dag.month, dag.day, 12))
        monkeypatch.setattr(timezone, "now", lambda: nu)

    return satt


@pytest.fixture
def oppnad(version, anvandare, klocka):
    """Opened with three days left; only KN and NORV have controllers."""
    klocka(ONSDAG)
    v = version("B2024-ARB")
    aktion.oppna_for_inmatning(version=v, sista_dag=ONSDAG + timedelta(3), by=anvandare("koncerncontroller"))
    Notis.objects.all().delete()
    return v


@pytest.fixture
def brev(settings):
    settings.EMAIL_HOST = "post.example.se"
    settings.DEFAULT_FROM_EMAIL = "budget@example.se"
    settings.WEBBADRESS = "https://budget.example.se/"
    return settings


def _kn():
    return Paminnelse.objects.filter(budgetdel__namnd__kod="KN").order_by("dag")


def test_utan_post_star_paminnelsen_bara_i_systemet(oppnad, anvandare):
    assert paminn_om_delar() == 20
    assert mail.outbox == []
    assert _kn().get().status == "utan_brev"
    text = "Kulturnämnden har 3 dagar kvar att lämna in sin del av Budget 2024, arbetsversion"
    assert [n.text for n in Notis.objects.filter(mottagare=anvandare("controller-kn"))] == [text]
    assert paminn_om_delar() == 0
    assert Notis.objects.filter(mottagare=anvandare("controller-kn")).count() == 1


def test_ett_brev_per_del_och_dag_hur_ofta_beat_an_fragar(oppnad, brev):
    for _ in range(3):
        paminn()
    assert sorted(b.to[0] for b in mail.outbox) == ["controller-kn@demo.invalid", "controller@demo.invalid"]
    b = next(b for b in mail.outbox if "kn" in b.to[0])
    assert b.subject == "Kulturnämnden har 3 dagar kvar att lämna in sin del av Budget 2024, arbetsversion"
    assert b.from_email == "budget@example.se"
    assert "https://budget.example.se/budget/2024/B2024-ARB/delar/KN/" in b.body
    assert "Sista dag: 28 september 2024" in b.body
    p = _kn().get()
    assert (p.status, p.mottagare, p.dag) == ("skickad", "controller-kn@demo.invalid", ONSDAG)
    # A part without a controller reminds nobody, and says so.
    assert Paminnelse.objects.get(budgetdel__namnd__kod="PN").status == "utan_brev"
    with pytest.raises(IntegrityError, match="paminnelse_en_per_dag"), transaction.atomic():
        Paminnelse.objects.create(budgetdel=p.budgetdel, dag=p.dag)


def test_de_sena_paminns_varje_vardag_tills_de_lamnar_in(oppnad, brev, klocka, anvandare):
    d = Budgetdel.objects.get(version=oppnad, namnd__kod="KN")
    enheter = list(d.namnd.placeringar.values_list("enhet", flat=True))
    # From Wednesday, three days before the last one, which is a Saturday, to the Wednesday after it.
    for dagar in range(8):
        klocka(ONSDAG + timedelta(dagar))
        if dagar == 6:
            aktion.lamna_in(budgetdel=d, by=anvandare("controller-kn"), avtryck=las_avtryck(oppnad, enheter))
        paminn_om_delar()
    assert [(p.dag - ONSDAG).days for p in _kn()] == [0, 2, 5]
    amnen = [b.subject for b in mail.outbox if "kn" in b.to[0]]
    assert amnen[2] == "Kulturnämnden är 2 dagar sen med sin del av Budget 2024, arbetsversion"
    klocka(ONSDAG + timedelta(8))
    aktion.aterlamna(budgetdel=d, by=anvandare("koncerncontroller"), kommentar="Se över")
    assert paminn_om_delar() == 19 + 1
    las_version(version=oppnad, by=anvandare("koncerncontroller"))
    klocka(ONSDAG + timedelta(9))
    assert paminn_om_delar() == 0


def test_ett_brev_som_servern_vagrar_forsoks_igen_men_inte_ett_som_kan_ha_gatt(oppnad, brev, monkeypatch):
    def vagra(self, *_):
        raise SMTPException("451 försök senare")

    with monkeypatch.context() as m:
        m.setattr("django.core.mail.EmailMessage.send", vagra)
        paminn_om_delar()
    p = _kn().get()
    assert (p.status, p.fel) == ("misslyckad", "451 försök senare")
    assert mail.outbox == []
    assert paminn_om_delar() == 2
    p.refresh_from_db()
    assert (p.status, p.fel) == ("skickad", "") and len(mail.outbox) == 2
    # A worker that was killed between the promise and the answer leaves «påbörjad», which nobody sends again.
    Paminnelse.objects.update(status="paborjad")
    assert paminn_om_delar() == 0 and len(mail.outbox) == 2


def test_den_som_saknar_adress_eller_har_slutat_far_inget_brev(oppnad, brev):
    Anvandare.objects.filter(username="controller").update(email="")
    Anvandare.objects.filter(username="controller-kn").update(is_active=False)
    paminn_om_delar()
    assert mail.outbox == []
    assert Notis.objects.count() == 1  # the one without an address is told in the system


def test_brevet_pa_en_riktig_fil_ar_lasbar_svenska(oppnad, brev, tmp_path):
    brev.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    brev.EMAIL_FILE_PATH = str(tmp_path)
    paminn_om_delar()
    lasta = [message_from_bytes(f.read_bytes(), policy=policy.default) for f in sorted(tmp_path.iterdir())]
    b = next(b for b in lasta if b["To"] == "controller-kn@demo.invalid")
    assert b["Subject"].strip().startswith("Kulturnämnden har 3 dagar kvar")
    assert "går inte att svara på" in b.get_content()


@pytest.mark.parametrize(
    ("miljo", "svar"),
    [
        ({"EMAIL_HOST": ""}, "'' 587"),
        ({"EMAIL_HOST": "post.example.se"}, "Miljövariabeln EMAIL_FROM saknas"),
        ({"EMAIL_HOST": "post.example.se", "EMAIL_FROM": "a@example.se"}, "Miljövariabeln WEBBADRESS saknas"),
        ({"EMAIL_HOST": "post.example.se", "EMAIL_FROM": "a@example.se", "WEBBADRESS": "https://b.example.se",
          "EMAIL_PORT": "25"}, "'post.example.se' 25"),
    ],
)  # fmt: skip
def test_installningarna_sager_vad_som_saknas(miljo, svar):
    kod = "from regionskane import settings as s; print(repr(s.EMAIL_HOST), s.EMAIL_PORT)"
    env = {"SECRET_KEY": "bara-for-proven-" + "x" * 50, "DATABASE_URL": "postgres://a@localhost/a", **miljo}
    kort = subprocess.run(
        [sys.executable, "-c", kod], env=env, cwd=installningar.BASE_DIR, capture_output=True, text=True
    )
    assert svar in kort.stdout + kort.stderr


def test_beat_fragar_om_paminnelser():
    from regionskane.celery import app

    uppgift = installningar.CELERY_BEAT_SCHEDULE["paminn-om-delar"]["task"]
    app.loader.import_default_modules()
    assert uppgift in app.tasks and app.tasks[uppgift].name == paminn.name


def test_en_radbrytning_i_versionens_namn_stoppar_ingen_paminnelse(oppnad, brev):
    """It could be written before names were one line; the whole round stopped at it."""
    oppnad.namn = "Budget X\r\nBcc: x@y.se"
    oppnad.save()
    paminn()
    assert len(mail.outbox) == 2
    assert all("\n" not in b.subject and not b.bcc for b in mail.outbox)
    assert set(Paminnelse.objects.values_list("status", flat=True)) == {"skickad", "utan_brev"}
