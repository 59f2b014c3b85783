"""What all charts share: the axis of numbers, what surrounds the plots, and how they come together to one chart.

The rows of all plots stand beside the chart under a name each, and plots filter them. So Altair, which copies a plot
whenever something is said of it, copies no rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

import altair as alt

from rapport.charts.data import GAP, Look, Row

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
ROOM = 46  # pixels for the numbers at the left, the same for every plot, so that what belongs together stands in line
TICK = 64  # pixels from one label on the axis to the next
LETTER = 8  # pixels of a title, about
PART: dict[str, Any] = {
    "anchor": "start",
    "fontSize": 12,
    "offset": 3,
    "frame": "group",
    "fontWeight": "normal",
}  # of a plot's title
alt.theme.enable("none")  # what a chart looks like stands here, and nowhere else


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a chart is drawn on. `rows` are those of its plots, by name."""

    look: Look
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def wide(self) -> int:
        return self.look.width - ROOM

    def colour(self, name: str) -> str:
        return self.look.colours[name]

    def plot(self, name: str, rows: Sequence[Row]) -> alt.Chart:
        """A plot over these rows."""
        self.rows[name] = [dict(row) for row in rows]
        return alt.Chart(alt.NamedData(name=name))

    def layered(
        self, layers: Sequence[alt.Chart], height: int, title: str = "", colour: str = "muted"
    ) -> alt.LayerChart:
        """Layers as one plot, as wide as there is room, with its title above."""
        above = alt.TitleParams(title, color=self.colour(colour), limit=self.wide, **PART) if title else alt.Undefined
        return alt.LayerChart(layer=layers, width=self.wide, height=height, title=above)

    def chart(self, plots: Sequence[alt.LayerChart]) -> alt.VConcatChart:
        """Plots below each other, over one and the same axis."""
        apart = alt.ScaleResolveMap(x="shared", color="independent", shape="independent")
        about = {"resolve": alt.Resolve(scale=apart), "datasets": self.rows, **self._around()}
        return alt.VConcatChart(vconcat=plots, spacing=GAP, **about)

    def _around(self) -> dict[str, Any]:
        look, leaves = self.look, bool(self.look.title)
        if not leaves:
            return {
                "config": self._config(),
                "background": "transparent",
                "padding": {"left": 0, "right": 4, "top": 4, "bottom": 6},
            }
        title = alt.TitleParams(
            wrap(look.title, look.width // LETTER),
            anchor="start",
            font=FONT,
            fontSize=14,
            offset=12,
            color=self.colour("text"),
        )
        return {
            "config": self._config(),
            "background": self.colour("surface"),
            "padding": 12,
            "title": title,
            "description": look.words,
        }

    def _config(self) -> alt.Config:
        words: dict[str, Any] = {"labelFontSize": 12, "titleFontSize": 12, "labelFont": FONT, "titleFont": FONT}
        words["titleFontWeight"] = "normal"
        text, muted, line = (self.colour(name) for name in ("text", "muted", "line"))
        plain: dict[str, Any] = {"domain": False, "ticks": False, "grid": False, "labelPadding": 6}
        return alt.Config(
            font=FONT,
            locale=alt.Locale(number=alt.NumberLocale(**self.look.numbers)) if self.look.numbers else alt.Undefined,
            view=alt.ViewConfig(stroke=None),
            axis=alt.AxisConfig(**plain, **words, labelColor=muted, titleColor=muted),
            axisY=alt.AxisConfig(grid=True, gridColor=line, tickCount=4),
            legend=alt.LegendConfig(**words, labelColor=text, titleColor=muted, orient="top", title=None),
            text=alt.MarkConfig(font=FONT, fontSize=12, color=text),
            bar=alt.BarConfig(cornerRadiusEnd=2),
        )


def numbers(**said: Any) -> alt.Axis:
    """The axis at the left."""
    return alt.Axis(title=None, minExtent=ROOM, maxExtent=ROOM, **said)


def known(*names: str) -> str:
    """A filter: rows in which these are known."""
    return " && ".join(f"datum.{name} != null" for name in names)
