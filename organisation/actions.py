"""Users and their roles: created and changed by an administratör, recorded in the history."""

import secrets
from collections.abc import Iterable
from contextlib import contextmanager
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.formats import date_format

from organisation.models import Anvandare, Notis, Roll, Rolltilldelning, TidigareLosenord
from organisation.permissions import ger_siffror
from organisation.tasks import skicka_losenordsbrev
from regionskane import ko
from regionskane.historik import andring
from regionskane.lib.marke import marke

# So many earlier passwords may not be chosen again.
TIDIGARE = 5
# A letter about an account also goes to the addresses that it has had so lately, and word of one with figures to those
# who have answered for them so lately.
KVAR_I_MINNET = timedelta(days=30)
_UPPGIFTER = ("username", "first_name", "last_name", "email", "is_active")


class AnvandareFel(Exception):
    """The change is refused. `str()` is a sentence for the administratör."""


def skapa_anvandare(*, anvandare: Anvandare, by) -> str:
    """Save a new user and return a password that must be replaced at the first login. It is kept nowhere.

    Raises AnvandareFel when somebody else has the name, also in other letters, big or small.
    """
    losenord = _engangslosenord()
    anvandare.password, anvandare.maste_byta_losenord = make_password(losenord), True
    with andring(by=by), _ett_av(_NAMNET_FINNS, *_ETT_NAMN):
        anvandare.save()
    return losenord


def marke_for_uppgifterna(anvandare: Anvandare) -> str:
    """What a form carries to say which details it saw."""
    return marke(*(getattr(anvandare, f) for f in _UPPGIFTER))


def andra_anvandare(*, anvandare: Anvandare, by, sett: str | None = None) -> None:
    """Save changed details, and tell the owner of another user name or e-mail, also at the old address.

    `sett` is the mark of the details that the form saw (None: no form). Raises AnvandareFel when somebody else has
    changed them since, so that an old page does not open an account that was closed meanwhile; when somebody would
    close or rename the account they use, or close the last one of an administratör; and when somebody else has the
    name.
    """
    if anvandare.pk == by.pk and not anvandare.is_active:
        raise AnvandareFel("Du kan inte stänga ditt eget konto. Be en annan administratör.")
    with andring(by=by):
        if not anvandare.is_active:
            _krav_pa_en_annan_administrator(anvandare.pk)
        fore = Anvandare.objects.select_for_update().get(pk=anvandare.pk)
        if sett is not None and not constant_time_compare(sett, marke_for_uppgifterna(fore)):
            raise AnvandareFel(
                "Någon annan har ändrat kontot sedan sidan öppnades, och inget sparades nu. Kontot heter "
                f"{fore.username} ({fore}, {fore.email or 'ingen e-post'}) och är "
                f"{'öppet' if fore.is_active else 'stängt'}. Spara igen för att ersätta det med det som står i fälten."
            )
        nytt_anvandarnamn = anvandare.username != fore.username
        if anvandare.pk == by.pk and (nytt_anvandarnamn or str(anvandare) != str(fore)):
            raise AnvandareFel(
                "Du kan inte ändra ditt eget namn eller användarnamn. Be en annan administratör."
            )
        vad = ["Ditt användarnamn"] * nytt_anvandarnamn + ["Din e-post"] * (anvandare.email != fore.email)
        if vad:
            _sag_till_agaren(fore, f"{' och '.join(vad)} ändrades", by=by, url="/notiser/")
        if anvandare.is_active and not fore.is_active and _har_siffror(anvandare):
            _sag_till_koncerncontroller(anvandare, "öppnades igen", by=by)
        if fore.is_active and not anvandare.is_active:
            _sag_till_agaren(fore, "Ditt konto stängdes", by=by, url="/notiser/")
            if _har_siffror(fore):
                _sag_till_koncerncontroller(fore, "stängdes", by=by)
        with _ett_av(_NAMNET_FINNS, *_ETT_NAMN):
            anvandare.save(update_fields=_UPPGIFTER)


def marke_for_losenordet(anvandare: Anvandare) -> str:
    """What a form carries to say which password it saw: another one after every change, and nothing to guess from."""
    return salted_hmac("organisation.losenord", anvandare.password, algorithm="sha256").hexdigest()[:32]


def nytt_losenord(*, anvandare: Anvandare, sett: str, by) -> str:
    """Give a user a new password that must be replaced at the next login; ends what was logged in, and tells the user.

    `sett` is the mark of the password that the form saw. Raises AnvandareFel when it has been changed since, so that a
    form that is sent twice resets once, and for the own account, whose session would end before the password could be
    read.
    """
    if anvandare.pk == by.pk:
        raise AnvandareFel("Ditt eget lösenord byter du på sidan Byt lösenord.")
    losenord = _engangslosenord()
    with andring(by=by):
        last = Anvandare.objects.select_for_update().get(pk=anvandare.pk)
        if not constant_time_compare(sett, marke_for_losenordet(last)):
            raise AnvandareFel(
                "Lösenordet är redan bytt sedan sidan öppnades, och inget nytt gavs nu. "
                "Behövs ett nytt ändå: tryck på knappen igen."
            )
        _satt_losenord(last, losenord, maste_byta=True)
        _sag_till_agaren(last, "Ditt lösenord återställdes", by=by, url="/losenord/")
        if _har_siffror(last):
            _sag_till_koncerncontroller(last, "fick nytt lösenord", by=by)
    return losenord


def byt_losenord(*, anvandare: Anvandare, losenord: str) -> None:
    """Give a user the password that they have chosen. The instance gets it too.

    Raises AnvandareFel when somebody has given them another one since the instance was read.
    """
    with andring(by=anvandare):
        last = Anvandare.objects.select_for_update().get(pk=anvandare.pk)
        if last.password != anvandare.password:
            raise AnvandareFel("Lösenordet har bytts av någon annan medan du skrev. Logga in igen.")
        _satt_losenord(last, losenord, maste_byta=False)
    anvandare.password, anvandare.maste_byta_losenord = last.password, False


def ge_roll(*, tilldelning: Rolltilldelning, by) -> None:
    """Give a user a role. `by` is None for the first administratör, made from the command line.

    Raises AnvandareFel when somebody would give themselves a role with figures, or the user has the role already.
    """
    if by is not None and tilldelning.anvandare_id == by.pk and ger_siffror(tilldelning.roll):
        raise AnvandareFel(
            "Du kan inte ge dig själv en roll som läser eller skriver siffror. Be en annan administratör."
        )
    with andring(by=by):
        with _ett_av("Användaren har redan den rollen.", "rolltilldelning_en_gang"):
            tilldelning.save()
        if by is not None and ger_siffror(tilldelning.roll):
            vad = f"fick rollen {tilldelning.get_roll_display()}"
            _sag_till_koncerncontroller(tilldelning.anvandare, vad, by=by)


def ta_roll(*, tilldelning: Rolltilldelning, by) -> None:
    """Take a role away. Raises AnvandareFel when an administratör would lose the own role, or it is the last one."""
    if tilldelning.anvandare_id == by.pk and tilldelning.roll == Roll.ADMINISTRATOR:
        raise AnvandareFel("Du kan inte ta bort din egen roll som administratör. Be en annan administratör.")
    with andring(by=by):
        if tilldelning.roll == Roll.ADMINISTRATOR:
            _krav_pa_en_annan_administrator(tilldelning.anvandare_id)
        rollen = f"rollen {tilldelning.get_roll_display()}"
        if tilldelning.anvandare_id != by.pk:
            _sag_till_agaren(tilldelning.anvandare, f"Du fråntogs {rollen}", by=by, url="/notiser/")
        if ger_siffror(tilldelning.roll):
            _sag_till_koncerncontroller(tilldelning.anvandare, f"fråntogs {rollen}", by=by)
        tilldelning.delete()


def notifiera(*, mottagare: Iterable[int], text: str, url: str) -> None:
    """Tell users (ids) of something, each in the bell of their own pages."""
    korta = text if len(text) <= 200 else f"{text[:199]}…"
    Notis.objects.bulk_create(Notis(mottagare_id=m, text=korta, url=url) for m in dict.fromkeys(mottagare))


def markera_sedda(*, by, notiser: Iterable[int] | None = None) -> int:
    """Mark a user's own notices (ids; None: all of them) as read. Returns how many were not."""
    olasta = Notis.objects.filter(mottagare=by, sedd__isnull=True)
    return (olasta if notiser is None else olasta.filter(pk__in=notiser)).update(sedd=timezone.now())


def markera_hanterade(*, url: str) -> None:
    """Mark everybody's notices of a page as read, when what they asked for there has been done."""
    Notis.objects.filter(url=url, sedd__isnull=True).update(sedd=timezone.now())


def ta_bort_notiser(*, urler: Iterable[str]) -> None:
    """Take away everybody's notices of pages that are gone: they would lead nowhere."""
    Notis.objects.filter(url__in=list(urler)).delete()


_NAMNET_FINNS = "Användarnamnet finns redan. Välj ett annat."
_ETT_NAMN = ("anvandare_ett_namn_oavsett_skiftlage", "organisation_anvandare_username_key")


@contextmanager
def _ett_av(mening: str, *villkor: str):
    """Refuse what somebody else was just before with, by these constraints, in the words of the form.

    The transaction has failed by then, and must be let to end.
    """
    try:
        yield
    except IntegrityError as fel:
        if getattr(getattr(fel.__cause__, "diag", None), "constraint_name", None) not in villkor:
            raise
        raise AnvandareFel(mening) from fel


def _krav_pa_en_annan_administrator(utom: int) -> None:
    """Under a lock: two administratörer who close each other at the same moment would leave none."""
    roller = list(Rolltilldelning.objects.select_for_update().filter(roll=Roll.ADMINISTRATOR).order_by("pk"))
    har_rollen = {r.anvandare_id for r in roller}
    if (
        utom in har_rollen
        and not Anvandare.objects.filter(pk__in=har_rollen - {utom}, is_active=True).exists()
    ):
        raise AnvandareFel(
            "Det är den enda administratören med öppet konto. Ge först någon annan rollen, "
            "annars kan ingen lägga upp användare."
        )


def _satt_losenord(anvandare: Anvandare, losenord: str, *, maste_byta: bool) -> None:
    TidigareLosenord.objects.create(anvandare=anvandare, hash=anvandare.password)
    kvar = TidigareLosenord.objects.filter(anvandare=anvandare).values_list("pk", flat=True)[:TIDIGARE]
    TidigareLosenord.objects.filter(anvandare=anvandare).exclude(pk__in=list(kvar)).delete()
    anvandare.password, anvandare.maste_byta_losenord = make_password(losenord), maste_byta
    anvandare.save(update_fields=["password", "maste_byta_losenord"])


def _har_siffror(anvandare: Anvandare) -> bool:
    roller = Rolltilldelning.objects.filter(anvandare=anvandare).values_list("roll", flat=True)
    return any(map(ger_siffror, roller))


def _sag_till_koncerncontroller(anvandare: Anvandare, vad: str, *, by) -> None:
    """Of an account with figures. An administratör could otherwise reach them unseen, by an account that they have made
    themselves, or one that nobody uses any more. Those who have had the role lately are told too, whether their account
    is open or closed: it could be closed, or the role taken, just before, and given back after."""
    handelser = apps.get_model("organisation", "RolltilldelningEvent").objects.filter(
        roll=Roll.KONCERNCONTROLLER, pgh_created_at__gte=timezone.now() - KVAR_I_MINNET
    )
    koncern = Rolltilldelning.objects.filter(roll=Roll.KONCERNCONTROLLER)
    alla = {
        *koncern.values_list("anvandare_id", flat=True),
        *handelser.values_list("anvandare_id", flat=True),
    }
    notifiera(
        mottagare=sorted(alla - {by.pk, anvandare.pk, None}),
        text=f"{anvandare.get_username()[:60]} {vad} av {by.get_username()[:60]} {_nu()}",
        url="/organisation/kontohandelser/",
    )


def _sag_till_agaren(anvandare: Anvandare, vad: str, *, by, url: str) -> None:
    """What somebody did to an account: in the owner's bell and, where mail is configured, by a letter to each of the
    account's addresses. A queue that is down must not stop the change."""
    rubrik = f"{vad} av {str(by)[:40]} ({by.get_username()[:60]}) {_nu()}"
    notifiera(
        mottagare=[anvandare.pk],
        text=f"{rubrik}. Bad du inte om det? Säg genast till en koncerncontroller.",
        url=url,
    )
    for adress in _adresser(anvandare) if settings.EMAIL_HOST else ():
        transaction.on_commit(lambda a=adress: ko.skicka(skicka_losenordsbrev, a, rubrik), robust=True)


def _adresser(anvandare: Anvandare) -> list[str]:
    """The account's address and those it has had during KVAR_I_MINNET, so that whoever changes it first is seen."""
    grans, adresser = timezone.now() - KVAR_I_MINNET, [anvandare.email]
    handelser = apps.get_model("organisation", "AnvandareEvent").objects.filter(pgh_obj=anvandare.pk)
    for nar, adress in handelser.order_by("-pgh_id").values_list("pgh_created_at", "email"):
        adresser.append(adress)
        # What was written before the limit still stood when it was passed.
        if nar < grans:
            break
    return [a for a in dict.fromkeys(adresser) if a]


def _nu() -> str:
    nu = timezone.localtime()
    return f"{date_format(nu, 'j F Y')} kl. {date_format(nu, 'H.i')}"


def _engangslosenord() -> str:
    return secrets.token_urlsafe(12)
