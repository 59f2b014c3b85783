"""National identity numbers: their shapes, and the check of python-stdnum that each has to pass.

A shape that hardly anything else has (letters, fixed signs, a birth date with two check digits) speaks for itself. A
plain run of digits with one check digit does not: one in ten ticket numbers would pass. It counts only behind a word
that names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import re2
from stdnum.ar import cuit
from stdnum.at import vnr
from stdnum.au import tfn
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.cl import rut
from stdnum.cn import ric
from stdnum.cz import rc
from stdnum.de import idnr as steuer_id
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.il import idnr as il_idnr
from stdnum.in_ import aadhaar, pan
from stdnum.is_ import kennitala
from stdnum.it import codicefiscale
from stdnum.jp import in_ as my_number
from stdnum.kr import rrn
from stdnum.lt import asmens
from stdnum.mx import curp
from stdnum.my import nric
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import cc, nif
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.si import emso
from stdnum.th import pin
from stdnum.tr import tckimlik
from stdnum.us import ssn
from stdnum.za import idnr as za_idnr


@dataclass(frozen=True, slots=True)
class NationalId:
    """One country's number.

    country      two letters
    shape        what it looks like, alone
    regex        the same within a text
    valid        whether its check digits, and the date in it, are right
    confidence   how seldom something else has this shape and passes the check
    named        the word that has to stand before it; None where the shape is enough
    """

    country: str
    shape: str
    regex: re.Pattern[str]
    valid: Callable[[str], bool]
    confidence: float
    named: re.Pattern[str] | None = None


def _id(country: str, shape: str, valid: Callable[[str], bool], confidence: float, named: str = "") -> NationalId:
    regex = re.compile(rf"(?<![\w.,/-]){shape}(?![\w]|[.,/-]\w)", re.IGNORECASE)
    before = re.compile(rf"\b(?:{named})\b[^\d\n]{{0,20}}\Z", re.IGNORECASE) if named else None
    return NationalId(country, shape, regex, valid, confidence, before)


def _is_insurance_number(text: str) -> bool:
    """A British national insurance number has no check digit; some prefixes are never given out."""
    return text[:2].upper() not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


# The order decides between those that are equally sure and equally long.
NATIONAL_IDS = (
    _id("US", r"\d{3}[- ]\d{2}[- ]\d{4}", ssn.is_valid, 0.85),
    _id("FR", r"[12] ?\d{2} ?\d{2} ?\d[\dab] ?\d{3} ?\d{3} ?\d{2}", nir.is_valid, 0.95),
    _id("DE", r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", steuer_id.is_valid, 0.6),
    _id("ES", r"\d{8}[- ]?[a-z]", dni.is_valid, 0.9),
    _id("ES", r"[xyz][- ]?\d{7}[- ]?[a-z]", nie.is_valid, 0.9),
    _id("IT", r"[a-z]{6}\d{2}[a-z]\d{2}[a-z]\d{3}[a-z]", codicefiscale.is_valid, 0.97),
    _id("BR", r"\d{3}\.\d{3}\.\d{3}-\d{2}", cpf.is_valid, 0.95),
    _id("BR", r"\d{11}", cpf.is_valid, 0.9, "cpf"),
    _id("CH", r"756\.?\d{4}\.?\d{4}\.?\d{2}", ahv.is_valid, 0.95),
    _id("SE", r"(?:19|20)?\d{6}[-+]\d{4}", personnummer.is_valid, 0.9),
    _id("GB", r"[a-ceghj-prstw-z][a-ceghj-nprstw-z] ?\d\d ?\d\d ?\d\d ?[a-d]", _is_insurance_number, 0.85),
    _id("GB", r"\d{3}[- ]?\d{3}[- ]?\d{4}", nhs.is_valid, 0.9, r"nhs(?: number| no\.?)?"),
    _id("IE", r"\d{7}[a-w][a-iw]?", pps.is_valid, 0.85),
    _id("BE", r"\d{2}[. ]?\d{2}[. ]?\d{2}[- ]?\d{3}[. ]?\d{2}", nn.is_valid, 0.85),
    _id("NL", r"\d{4}\.?\d{2}\.?\d{3}", bsn.is_valid, 0.9, r"bsn|sofi|burgerservice\w*"),
    _id("AT", r"\d{4} ?\d{6}", vnr.is_valid, 0.9, r"svnr|sv-?nr|vsnr|e-?card|(?:sozial)?versicherungs?nummer"),
    _id("PL", r"\d{11}", pesel.is_valid, 0.9, "pesel"),
    _id("CZ", r"\d{6}/\d{3,4}", rc.is_valid, 0.85),
    _id("HR", r"\d{11}", oib.is_valid, 0.9, "oib"),
    _id("SI", r"\d{13}", emso.is_valid, 0.8),
    _id("RO", r"[1-9]\d{12}", cnp.is_valid, 0.85),
    _id("BG", r"\d{10}", egn.is_valid, 0.9, r"egn|егн"),
    _id("GR", r"\d{11}", amka.is_valid, 0.9, r"amka|αμκα"),
    _id("DK", r"\d{6}-?\d{4}", cpr.is_valid, 0.85, r"cpr(?:-?n(?:umme)?r)?|personnummer"),
    _id("NO", r"\d{6} ?\d{5}", fodselsnummer.is_valid, 0.85),
    _id("FI", r"\d{6}[-+a-fu-y]\d{3}[\da-fhj-npr-y]", hetu.is_valid, 0.95),
    _id("IS", r"\d{6}-\d{4}", kennitala.is_valid, 0.8),
    _id("EE", r"[1-8]\d{10}", ik.is_valid, 0.9, "isikukood"),
    _id("LT", r"[1-6]\d{10}", asmens.is_valid, 0.9, r"asmens kod\w+"),
    _id("PT", r"\d{8} ?\d ?[a-z][a-z\d]\d", cc.is_valid, 0.8),
    _id("PT", r"\d{3} ?\d{3} ?\d{3}", nif.is_valid, 0.9, "nif|contribuinte"),
    _id("TR", r"[1-9]\d{10}", tckimlik.is_valid, 0.9, r"t\.?c\.?|kimlik\w*"),
    _id("ZA", r"\d{13}", za_idnr.is_valid, 0.75),
    _id("IL", r"\d{8}-?\d", il_idnr.is_valid, 0.85, r"teudat zehut|zehut|ת\.?ז\.?|תעודת זהות|id(?: number)?"),
    _id("IN", r"\d{4}[ -]?\d{4}[ -]?\d{4}", aadhaar.is_valid, 0.95, r"aadhaar|aadhar|uidai|आधार"),
    _id("IN", r"[a-z]{3}[abcfghljpt][a-z]\d{4}[a-z]", pan.is_valid, 0.8),
    _id("CA", r"\d{3}[- ]?\d{3}[- ]?\d{3}", sin.is_valid, 0.9, r"sin|nas|social insurance(?: number)?"),
    _id("AU", r"\d{3} ?\d{3} ?\d{2,3}", tfn.is_valid, 0.9, r"tfn|tax file(?: number)?"),
    _id("MX", r"[a-z]{4}\d{6}[hmx][a-z]{5}[a-z\d]\d", curp.is_valid, 0.97),
    _id("AR", r"\d{2}-\d{8}-\d", cuit.is_valid, 0.85),
    _id("CL", r"\d{1,2}\.\d{3}\.\d{3}-[\dk]", rut.is_valid, 0.9),
    _id("CN", r"\d{17}[\dx]", ric.is_valid, 0.95),
    _id("JP", r"\d{4} ?\d{4} ?\d{4}", my_number.is_valid, 0.9, r"my ?number|マイナンバー|個人番号"),
    _id("KR", r"\d{6}-\d{7}", rrn.is_valid, 0.95),
    _id("MY", r"\d{6}-\d{2}-\d{4}", nric.is_valid, 0.85),
    _id("TH", r"\d-\d{4}-\d{5}-\d{2}-\d", pin.is_valid, 0.95),
)

_NAME_BEFORE = 40
"""Characters before a number in which its name may stand."""

COUNTRIES = tuple(sorted({one.country for one in NATIONAL_IDS}))


def national_ids(text: str) -> Iterator[tuple[int, int, float]]:
    """Start, end and confidence of the numbers in a text of ASCII digits; they may overlap.

    >>> list(national_ids("PESEL 44051401359, order 44051401359"))
    [(6, 17, 0.9)]
    """
    for index in sorted(_shapes().Match(text) or ()):
        one = NATIONAL_IDS[index]
        for match in one.regex.finditer(text):
            start = match.start()
            named = one.named is None or one.named.search(text, max(0, start - _NAME_BEFORE), start)
            if named and one.valid(match[0]):
                yield start, match.end(), one.confidence


@lru_cache(maxsize=1)
def _shapes() -> re2.Set:
    """All shapes in one automaton, which says which of them are worth looking for."""
    options = re2.Options()
    options.max_mem = 8 << 20
    options.case_sensitive = False
    shapes = re2.Set.SearchSet(options)
    for one in NATIONAL_IDS:
        shapes.Add(rf"\b(?:{one.shape})\b")
    shapes.Compile()
    return shapes
