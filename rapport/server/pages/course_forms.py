"""The forms of lines and goals. They read what was typed; the actions decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rapport.server.listen.models import Brief, Channel
from rapport.server.measure.models import Goal, Line
from rapport.server.measure.setting import LONGEST_NAME
from rapport.server.pages.course_words import NAMES

WHOLE = _("everything that is about us")
EVERYWHERE = _("all channels")


class LineForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME)
    brief = forms.ModelChoiceField(label=_("About"), queryset=Brief.objects.none(), required=False, empty_label=WHOLE)
    channel = forms.ModelChoiceField(
        label=_("In"), queryset=Channel.objects.none(), required=False, empty_label=EVERYWHERE
    )
    watches = forms.ChoiceField(
        label=_("The alarm watches"), choices=list(NAMES.items()), initial="negative", widget=forms.RadioSelect
    )
    points = forms.FloatField(
        label=_("Tolerance, in points"),
        initial=3,
        min_value=0.5,
        max_value=30,
        help_text=_("A change up to here is no news. A small tolerance needs many labels before the alarm can start."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["brief"].queryset = Brief.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["channel"].queryset = Channel.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["points"].widget.attrs["step"] = "any"

    @classmethod
    def of(cls, line: Line) -> LineForm:
        return cls(
            initial={
                "name": line.name,
                "brief": line.brief_id,
                "channel": line.channel_id,
                "watches": line.watches,
                "points": round(100 * line.tolerance, 1),
            }
        )

    def chosen(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "name": given["name"],
            "brief": given["brief"],
            "channel": given["channel"],
            "watches": given["watches"],
            "tolerance": given["points"] / 100,
        }


class GoalForm(forms.Form):
    of = forms.ChoiceField(label=_("Of"), choices=list(NAMES.items()), initial="net", widget=forms.RadioSelect)
    target = forms.FloatField(
        label=_("Target"),
        help_text=_(
            "Net tone in points, between −100 and 100; of negative messages at most so many %, of others at least."
        ),
    )
    by_date = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].widget.attrs["step"] = "any"

    @classmethod
    def from_goal(cls, goal: Goal) -> GoalForm:
        return cls(initial={"of": goal.of, "target": round(100 * goal.target, 1), "by_date": goal.by_date})

    def chosen(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"of": given["of"], "target": given["target"] / 100, "by_date": given["by_date"]}
