"""The forms of listening. A connector says what it wants to know; the form is made of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rapport.server.listen.models import Channel
from rapport.server.listen.queries import Field

PREFIX = "field_"  # a connector may call a field of its own "name"


class ConnectForm(forms.Form):
    """The fields of a connector. What is secret is never written back into the page.

    named   suggest this name for a new channel; without it the form signs in to a channel that has a name
    known   answers that were given before
    example also ask for an example of what is brought, to try the answers on
    """

    def __init__(
        self,
        data: Any = None,
        *,
        fields: Iterable[Field],
        named: str = "",
        known: Mapping[str, str] | None = None,
        example: bool = False,
    ) -> None:
        super().__init__(data)
        if named:
            self.fields["channel_name"] = forms.CharField(
                label=_("What you call it"),
                help_text=_("Colleagues see this name beside every message."),
                max_length=Channel._meta.get_field("name").max_length,
                initial=named,
            )
        for field in fields:
            self.fields[PREFIX + field.name] = _asked(field, (known or {}).get(field.name, field.default))
        if example:
            self.fields["example"] = forms.CharField(
                label=_("An example"),
                help_text=_("Paste what the other side sends, and try what we would make of it. It is not kept."),
                required=False,
                max_length=1_000_000,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
            )

    def answers(self) -> dict[str, str]:
        """What was filled in, under the names that the connector gave."""
        return {
            name.removeprefix(PREFIX): value for name, value in self.cleaned_data.items() if name.startswith(PREFIX)
        }

    def example(self) -> str:
        return str(self.cleaned_data.get("example", ""))


def _asked(field: Field, value: str) -> forms.CharField:
    widget = (
        forms.PasswordInput(attrs={"autocomplete": "off"}, render_value=False)
        if field.secret
        else forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})
    )
    return forms.CharField(
        label=gettext(field.label),
        help_text=escape(gettext(field.help)),
        required=field.required,
        initial="" if field.secret else value,
        widget=widget,
        max_length=2_000,
    )
