"""Draws charts in a process of its own, which ends when nobody has asked for a while.

The library that turns a Vega-Lite specification into SVG carries a whole JavaScript engine: about 130 MB that the web
part would keep for ever. This module imports nothing of Rapport, so the process is up in a moment.

One request is one line of JSON: {"form": "svg", "png" or "pdf", "spec": {...}}. One answer is a line with a sign
(+ drawn, - refused) and a length, and that many bytes. A PDF holds its fonts.
"""

from __future__ import annotations

import json
import select
import sys

IDLE_SECONDS = 30.0
SCALE = 2.0  # of PNG: sharp on paper and on dense screens


def draw(request: str) -> bytes:
    import vl_convert

    wanted = json.loads(request)
    if wanted["form"] == "png":
        return bytes(vl_convert.vegalite_to_png(wanted["spec"], scale=SCALE))
    if wanted["form"] == "pdf":
        return bytes(vl_convert.vegalite_to_pdf(wanted["spec"]))
    return str(vl_convert.vegalite_to_svg(wanted["spec"])).encode()


def main() -> None:
    answer = sys.stdout.buffer
    while select.select([sys.stdin], [], [], IDLE_SECONDS)[0] and (line := sys.stdin.readline()):
        try:
            sign, body = "+", draw(line)
        except (ValueError, KeyError) as error:
            sign, body = "-", str(error).encode()
        answer.write(f"{sign}{len(body)}\n".encode() + body)
        answer.flush()


if __name__ == "__main__":
    main()
