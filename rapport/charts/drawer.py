"""Draws charts in a process of its own, which ends when nobody has asked for a while.

What draws carries a whole JavaScript engine, and Altair all of Vega-Lite: together some 150 MB that the web part would
keep for ever. Nothing else of Rapport is imported here, so the process is up in a moment.

One request is one line of JSON (see `data`), whose form is svg, png, pdf, or json: the chart itself, as Altair writes
it. One answer is a line with a sign (+ drawn, - refused) and a length, and that many bytes. A PDF holds its fonts.
"""

from __future__ import annotations

import json
import select
import sys
from typing import Any

import altair as alt
import vl_convert
from altair.utils import schemapi

from rapport.charts import series, track
from rapport.charts.data import Drawable, Look, Track, from_json

IDLE_SECONDS = 30.0
SCALE = 2.0  # of PNG: sharp on paper and on dense screens


def composed(chart: Drawable, look: Look) -> alt.VConcatChart:
    """The chart of Altair."""
    return track.drawn(chart, look) if isinstance(chart, Track) else series.drawn(chart, look)


def draw(request: str) -> bytes:
    chart, look, form = from_json(request)
    spec: dict[str, Any] = composed(chart, look).to_dict(validate=False)
    if form == "json":
        return json.dumps(spec, indent=1, ensure_ascii=False).encode()
    if form == "png":
        return bytes(vl_convert.vegalite_to_png(spec, scale=SCALE))
    if form == "pdf":
        return bytes(vl_convert.vegalite_to_pdf(spec))
    return str(vl_convert.vegalite_to_svg(spec)).encode()


def main() -> None:
    schemapi.disable_debug_mode()  # whether what we compose is right, the tests have asked: here it would cost time
    answer = sys.stdout.buffer
    while select.select([sys.stdin], [], [], IDLE_SECONDS)[0] and (line := sys.stdin.readline()):
        try:
            sign, body = "+", draw(line)
        except (ValueError, KeyError, TypeError) as error:
            sign, body = "-", str(error).encode()
        answer.write(f"{sign}{len(body)}\n".encode() + body)
        answer.flush()


if __name__ == "__main__":
    main()
