"""The card of the reader of private data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from data import data_folder
from pace import speed

from rapport.core.types import Private
from rapport.core.understand import private
from rapport.core.understand.evaluation import COVERED, judge_spans

KINDS = {
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "IP_ADDRESS": "ip",
    "US_SSN": "national_id",
}


def private_card(texts: Sequence[str]) -> str:
    tables = "\n\n".join(
        f"{name}\n\n| kind | in the data | precision | recall |\n|---|---|---|---|\n" + "\n".join(_private_rows(file))
        for name, file in (
            ("On `generated_large`:", "generated_large.json"),
            ("On `synth_v2_shared_templates`:", "synth_v2_shared_templates.json"),
        )
    )
    return f"""# Private data: {private.VERSION}

Spans with a kind and a confidence: card (issuer ranges, Luhn), IBAN (mod 97), phone (`phonenumbers`; regions
{", ".join(private.REGIONS)} unless told otherwise; and number-shaped runs behind words such as "call"), e-mail, IP
address, and national ids (checked by `python-stdnum`: US, FR, DE, ES, IT, BR, CH, SE). Rules only; nothing is trained.

Tested on presidio-research's synthetic sentences (MIT; they are not social-media style, and there are few IBANs, IP
addresses and social security numbers). Both files were looked at while the rules were written, and they share
templates, so expect less on other texts. A span counts as found when {COVERED:.0%} of its characters are.

{tables}

Speed on one core: about {speed(private.private_in, texts):,} texts a second.

**Known failures**
- Names, postal addresses, dates of birth, driving licences and passports are not looked for.
- National telephone numbers of regions that were not named are found only behind a word that speaks of a telephone.
- Most numbers that are missed here are made up and exist in no country: cards outside their issuer's range, telephone
  numbers with impossible area codes.
- A ticket number of ten digits may be taken for a telephone number (confidence 0.6).
- British national insurance numbers have no check digit and are not looked for.
"""


def _private_rows(file: str) -> Iterator[str]:
    examples = json.loads((data_folder() / "private_data" / file).read_text("utf-8"))
    truth = [
        [
            Private(span["start_position"], span["end_position"], KINDS[span["entity_type"]])
            for span in example["spans"]
            if span["entity_type"] in KINDS
        ]
        for example in examples
    ]
    figures = judge_spans(truth, private.private_in([example["full_text"] for example in examples]))
    for name, one in figures.items():
        precision = "-" if one.precision is None else f"{one.precision:.3f}"
        yield f"| {name} | {one.texts} | {precision} | {one.recall or 0:.3f} |"
