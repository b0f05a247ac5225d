"""The forms that an administratör fills in, and the one where a user chooses another password."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.views.decorators.debug import sensitive_variables

from organisation.gissning import prova_losenord
from organisation.losenord import LANGST, anvant_forut
from organisation.models import Anvandare, Enhet, Enhetstyp, Roll, Rolltilldelning


class Anvandarformular(forms.ModelForm):
    """A user's details. A new user is active and gets a password from the system."""

    class Meta:
        model = Anvandare
        fields = ("username", "first_name", "last_name", "email", "is_active")
        labels = {
            "username": "Användarnamn",
            "first_name": "Förnamn",
            "last_name": "Efternamn",
            "email": "E-post",
            "is_active": "Kontot är öppet",
        }
        help_texts = {
            "username": "Det som skrivs vid inloggningen. Bokstäver, siffror och . _ - @",
            "is_active": "Ett stängt konto kan inte logga in. Det som personen har gjort står kvar i historiken.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for falt in ("first_name", "last_name"):
            self.fields[falt].required = True
        if self.instance.pk is None:
            del self.fields["is_active"]

    def clean_username(self):
        namn = self.cleaned_data["username"]
        if Anvandare.objects.exclude(pk=self.instance.pk).filter(username__iexact=namn).exists():
            raise ValidationError("Användarnamnet finns redan. Välj ett annat.")
        return namn


class Rollformular(forms.ModelForm):
    """A role and what it is for: nämnd or enhet for a controller, nämnd for a politiker, else neither."""

    class Meta:
        model = Rolltilldelning
        fields = ("roll", "namnd", "enhet")
        labels = {"roll": "Roll", "namnd": "Nämnd", "enhet": "Enhet"}
        help_texts = {
            "namnd": "För controller och politiker.",
            "enhet": "För en controller som bara har hand om en enhet.",
        }

    def __init__(self, *args, anvandare: Anvandare, **kwargs):
        super().__init__(*args, instance=Rolltilldelning(anvandare=anvandare), **kwargs)
        self.fields["roll"].choices = [("", "Välj …"), *Roll.choices]
        self.fields["enhet"].queryset = Enhet.objects.exclude(typ=Enhetstyp.OBJEKT)
        self.fields["namnd"].empty_label = self.fields["enhet"].empty_label = "Ingen"

    def clean(self):
        data = super().clean()
        roll, namnd, enhet = data.get("roll"), data.get("namnd"), data.get("enhet")
        if roll == Roll.CONTROLLER and bool(namnd) == bool(enhet):
            self.add_error("namnd", "Välj antingen en nämnd eller en enhet för controllern.")
        elif roll == Roll.POLITIKER and not namnd:
            self.add_error("namnd", "Välj den nämnd som politikern sitter i.")
        elif roll == Roll.POLITIKER and enhet:
            self.add_error("enhet", "Lämna tomt: en politiker hör till en nämnd.")
        elif roll and roll not in (Roll.CONTROLLER, Roll.POLITIKER) and (namnd or enhet):
            self.add_error("roll", "Den rollen gäller hela regionen. Lämna nämnd och enhet tomma.")
        elif (
            roll
            and not self.errors
            and Rolltilldelning.objects.filter(
                anvandare=self.instance.anvandare, roll=roll, namnd=namnd, enhet=enhet
            ).exists()
        ):
            self.add_error("roll", "Användaren har redan den rollen.")
        return data


class Inloggningsformular(AuthenticationForm):
    """Logging in, one attempt at a time."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _begransa(self.fields["password"])

    @sensitive_variables()
    def clean(self):
        namn, losenord = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        # Nobody has such a name, and what counts guesses cannot keep it. No password is tried.
        if namn is not None and len(namn) > self.username_field.max_length:
            raise self.get_invalid_login_error()
        if namn is not None and losenord:
            self.user_cache = prova_losenord(self.request, namn, losenord)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


class Losenordsformular(PasswordChangeForm):
    """The old password is tried as at the login, so that guessing it is counted, logged and refused alike."""

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        for falt in self.fields.values():
            _begransa(falt)

    def clean_old_password(self):
        gammalt = self.cleaned_data["old_password"]
        if prova_losenord(self.request, self.user.username, gammalt) != self.user:
            raise ValidationError(
                "Det gamla lösenordet stämmer inte. Kontrollera stora och små bokstäver och försök igen."
            )
        return gammalt

    def validate_password_for_user(self, user, password_field_name="password2"):
        # Slow, and of use only to who knows the old one.
        if "old_password" in self.cleaned_data:
            super().validate_password_for_user(user, password_field_name)

    def clean(self):
        data = super().clean()
        nytt = data.get("new_password2")
        # Only for who knows the old one: the answer would tell a guesser whether a guess is the password.
        if nytt and "old_password" in data and not self.errors and anvant_forut(nytt, self.user):
            self.add_error(
                "new_password2", "Du har haft det lösenordet förut. Välj ett som du inte har haft."
            )
        return data


def _begransa(falt: forms.CharField) -> None:
    """Refuse a long password before anything else looks at it. The browser must not cut it in silence."""
    falt.validators.append(
        MaxLengthValidator(LANGST, f"Lösenordet är för långt. Skriv högst {LANGST} tecken.")
    )
