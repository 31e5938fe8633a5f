"""Forms validate what was typed; actions decide and save."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from impna.widgets import CheckboxSelectMultiple, RadioSelect
from partners import roles
from partners.models import Competence, Partner, Reach, Unit, User, Vetting
from partners.models.notifications import MailWhen

_PASSWORD_HINT = _("At least 12 characters. Three or four words that only you connect are good.")


def _password(label: Any, *, new: bool) -> forms.CharField:
    autocomplete = "new-password" if new else "current-password"
    return forms.CharField(
        label=label,
        strip=False,
        max_length=1000,
        help_text=_PASSWORD_HINT if new else "",
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class CodeField(forms.CharField):
    """A six-digit code or a recovery code; spaces do not matter."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "off"}
        widget = forms.TextInput(attrs=attrs | {"class": "p-input--code"})
        super().__init__(max_length=40, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        """Without the spaces people read them with."""
        return str(super().clean(value)).replace(" ", "")


class SignInForm(forms.Form):
    """First step."""

    email = forms.EmailField(
        max_length=254,
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )
    password = _password(_("Password"), new=False)


class CodeForm(forms.Form):
    """Second step."""

    code = CodeField(
        label=_("Code"),
        help_text=_(
            "The six digits your app shows, or one of your recovery codes. You can paste it."
        ),
    )


class AppCodeForm(forms.Form):
    """A new app proves itself; recovery codes do not count here."""

    code = CodeField(
        label=_("Six-digit code"),
        help_text=_("It changes every 30 seconds; the one before still works."),
    )


class JoinForm(forms.Form):
    """An invited person says their name and sets a password."""

    display_name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        help_text=_("As colleagues will read it. A working name is fine."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = _password(_("Password"), new=True)

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def clean_password(self) -> str:
        """Long enough, not common, not the own address."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self._email))
        return password


class ForgottenForm(forms.Form):
    """Ask for a link to set a new password."""

    email = SignInForm.base_fields["email"]


class ResetForm(forms.Form):
    """Set a new password by mailed link and second factor."""

    password = _password(_("New password"), new=True)
    code = CodeForm.base_fields["code"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        """As for a first password."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self._user)
        return password


class ChangePasswordForm(forms.Form):
    """From the account page; the second factor was given a moment ago."""

    new_password = _password(_("New password"), new=True)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_new_password(self) -> str:
        """As for a first password."""
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self._user)
        return password


class ApplyForm(forms.Form):
    """An organisation outside asks to become a partner. State registration is not asked for."""

    kind = forms.ChoiceField(
        label=_("What are you?"),
        widget=forms.RadioSelect,
        choices=[
            (Partner.Kind.CSO, _("A civil society organisation")),
            (Partner.Kind.AUTHORITY, _("A national authority that investigates or prosecutes")),
            (Partner.Kind.MECHANISM, _("An international court or investigative mechanism")),
            (Partner.Kind.OBSERVER, _("An observer")),
        ],
    )
    name = forms.CharField(label=_("Name"), max_length=200)
    country = forms.CharField(
        label=_("State"),
        required=False,
        max_length=2,
        help_text=_("Two letters, such as NL. Leave it empty if naming it endangers you."),
    )
    contact_email = forms.EmailField(
        max_length=254,
        label=_("Address for our answer"),
        help_text=_("Only one sentence will be sent there: that something waits for you."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    mandate = forms.CharField(
        label=_("What do you document or investigate, and where?"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
    )
    proof = forms.CharField(
        label=_("How can we be sure who you are?"),
        help_text=_(
            "A registration, two organisations that know you, or a meeting. You need not be "
            "registered with your State."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
    )

    def clean_country(self) -> str:
        """Two letters in capitals, or nothing."""
        country: str = self.cleaned_data["country"].upper()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise ValidationError(_("Two letters, such as NL."))
        return country

    @property
    def answers(self) -> dict[str, str]:
        """What is sealed."""
        return {name: self.cleaned_data[name] for name in ("mandate", "proof")}


FINDINGS: dict[str, Any] = {
    "identity": _("Identity"),
    "mandate": _("Mandate"),
    "contact": _("Contact point"),
    "sources": _("Protection of sources"),
    "fair_trial": _("Fair trial"),
}
_FINDING_HINTS: dict[str, Any] = {
    "identity": _("How you made sure who they are."),
    "mandate": _("What they may and do work on."),
    "contact": _("Who answers, and who stands in."),
    "sources": _("How they keep sources safe: law and practice."),
    "fair_trial": _("Human-rights and fair-trial assessment, with its date."),
}


_REACH_HINTS: dict[str, Any] = {
    Reach.DIRECTORY: _("Is listed; receives nothing."),
    Reach.ALERT: _("Learns that something exists."),
    Reach.SUMMARY: _("Receives cover sheets and summaries, no exhibits."),
    Reach.CONTENT: _("Receives exhibits as well."),
}


class VettingForm(forms.Form):
    """The first coordinator's findings."""

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._partner = partner
        for name, label in FINDINGS.items():
            if name == "fair_trial" and not partner.receives_referrals:
                continue
            self.fields[name] = forms.CharField(
                label=label,
                help_text=_FINDING_HINTS[name],
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
        if partner.receives_referrals:
            self.fields["death_penalty"] = forms.ChoiceField(
                label=_("Death penalty"),
                choices=Vetting.DeathPenalty.choices,
                widget=forms.RadioSelect,
            )
            self.fields["proposed_reach"] = forms.ChoiceField(
                label=_("Proposed reach"),
                choices=[c for c in Reach.choices if c[0] != Reach.BLOCKED],
                widget=RadioSelect(hints=_REACH_HINTS),
            )
        self.fields["valid_until"] = forms.DateField(
            label=_("Look again by"),
            help_text=_("At the latest in a year."),
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )

    def clean_valid_until(self) -> Any:
        """Ahead of today, within a year."""
        day = self.cleaned_data["valid_until"]
        days = (day - timezone.localdate()).days
        if not 0 < days <= 366:
            raise ValidationError(_("Choose a day within the next year."))
        return day

    @property
    def findings(self) -> dict[str, str]:
        """What is sealed."""
        return {name: self.cleaned_data[name] for name in FINDINGS if name in self.cleaned_data}


class FindingForm(forms.Form):
    """The second coordinator's finding."""

    finding = forms.ChoiceField(
        label=_("Your finding"),
        widget=RadioSelect(
            hints={f"confirm:{reach}": hint for reach, hint in _REACH_HINTS.items()}
            | {
                "confirm": _("Their first manager is invited at once, if nobody has joined yet."),
                "question": _("It goes back to the first coordinator, who records anew."),
                "refuse": _("An applicant is refused; a partner that is active is suspended."),
            }
        ),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        help_text=_("One or two sentences. Kept with your role in the custody log."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, vetting: Vetting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["finding"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            *self._confirmations(vetting),
            ("question", _("Send back with a question")),
            ("refuse", _("Refuse")),
        ]

    @staticmethod
    def _confirmations(vetting: Vetting) -> list[tuple[str, Any]]:
        if not vetting.proposed_reach:
            return [("confirm", _("Confirm"))]
        order = list(Reach)
        proposed = order.index(Reach(vetting.proposed_reach))
        return [
            (f"confirm:{reach}", _("Confirm, with reach “%(reach)s”") % {"reach": reach.label})
            for reach in reversed(order[1 : proposed + 1])
        ]


class ReasonForm(forms.Form):
    """A reason that goes into the custody log."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        help_text=_("One or two sentences. Kept with your role in the custody log."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class InviteForm(forms.Form):
    """A manager invites someone to one or more roles."""

    email = forms.EmailField(
        max_length=254,
        label=_("E-mail address"),
        help_text=_("A one-time link goes there; it works for 7 days."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    offers = forms.MultipleChoiceField(label=_("Roles"), widget=CheckboxSelectMultiple)

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["offers"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = role_choices(partner)
        field.widget = CheckboxSelectMultiple(
            hints=_role_hints(field.choices), choices=field.choices
        )

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Role codes with the references of their units."""
        return [split_offer(value) for value in self.cleaned_data["offers"]]


class GiveRoleForm(forms.Form):
    """One more role for a member."""

    offer = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, member: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {(m.role, m.unit.reference if m.unit else "") for m in member.held}
        field = self.fields["offer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            choice for choice in role_choices(member.partner) if split_offer(choice[0]) not in held
        ]
        field.widget = RadioSelect(hints=_role_hints(field.choices), choices=field.choices)


_COMPETENCES: dict[Any, Any] = {
    Competence.CHILDREN: _("People trained to hear children, with whoever looks after the child."),
    Competence.SGBV: _("Of any gender and age; help is there before and after."),
}


class SettingsForm(forms.Form):
    """What a manager decides for the partner."""

    listed = forms.BooleanField(
        label=_("Other partners may read our name"),
        required=False,
        help_text=_("Otherwise only the Secretariat and those you send something to know you."),
    )
    single_handed = forms.BooleanField(
        label=_("We are too few for two pairs of eyes"),
        required=False,
        help_text=_(
            "The same person may then approve what they wrote, but not before the next day. "
            "Custody shows it."
        ),
    )

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if partner.kind != roles.CSO:
            del self.fields["single_handed"]


class CompetencesForm(forms.Form):
    """Whose accounts the organisation's people are trained to take."""

    competences = forms.MultipleChoiceField(
        label=_("Whose accounts are your people trained to take?"),
        help_text=_("Choose only what is so today. Nothing chosen: identify, support, refer."),
        choices=Competence,
        required=False,
        widget=CheckboxSelectMultiple(hints=_COMPETENCES),
    )


class _OneName:
    """A unit's name stands once in its partner."""

    instance: Unit
    cleaned_data: dict[str, Any]

    def clean_name(self) -> str:
        """Compare with the partner's other units."""
        name: str = self.cleaned_data["name"]
        others = Unit.objects.filter(partner_id=self.instance.partner_id, name=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a unit of this name already."))
        return name


class UnitForm(_OneName, forms.ModelForm):  # type: ignore[type-arg]
    """A unit's profile and intake rules."""

    class Meta:
        model = Unit
        fields = (
            "name", "takes_direct_intake", "feedback_days", "on_call", "standing_text",
            "no_discretion",
        )  # fmt: skip
        widgets = {"standing_text": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "feedback_days": _("Between 7 and 730. CSOs see the date, and silence after it."),
            "on_call": _("A telephone route for urgent cases, shown to those who send to you."),
            "standing_text": _("Offered when you accept conditions as far as your law allows."),
            "no_discretion": _("Then nobody declines for resources or priorities."),
        }


def role_choices(partner: Partner) -> list[tuple[str, str]]:
    """Every role this partner can give, as `code` or `code:unit reference`, with what it may."""
    choices = []
    units = list(partner.units.order_by("name")) if partner.receives_referrals else []
    for role in roles.roles_for(partner.kind):
        if role.in_unit:
            choices += [(f"{role.code}:{u.reference}", f"{role.label} · {u}") for u in units]
        else:
            choices.append((role.code, str(role.label)))
    return choices


def _role_hints(choices: Any) -> dict[str, Any]:
    """What each role on offer may do."""
    return {value: roles.BY_CODE[split_offer(value)[0]].may for value, _label in choices}


def split_offer(value: str) -> tuple[str, str]:
    """`code:unit` as a pair; the unit is "" for roles of the partner."""
    code, _colon, unit = value.partition(":")
    return code, unit


_MAILS: dict[Any, Any] = {
    MailWhen.IMMEDIATE: _("One mail at a time: no second one while the first has not gone out."),
    MailWhen.DAILY: _("At most one mail a day, and none when nothing is new."),
}


class MailForm(forms.Form):
    """When mail says that something waits."""

    when = forms.ChoiceField(
        label=_("Mail about what waits"),
        choices=MailWhen,
        widget=RadioSelect(hints=_MAILS),
        error_messages={"required": _("Choose one of the two.")},
    )
