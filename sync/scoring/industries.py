"""Sectors: what HubSpot's codes, Salesforce's picklist and Japanese 業種 words have in common.

The words are data, config/vocabulary/industries.yaml. A text is cut into the longest known words from the left,
so that 建設機械 is a machine and no construction site; then the kind of word decides (see `SectorWords`), and among
equals the last one, since both languages put what a company is at the end (機械商社, automotive retail).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import yaml

from sync.core.text import Text
from sync.scoring.lexicon import Lexicon, lexicon
from sync.scoring.phrases import fold

SECTORS: Mapping[str, Text] = {
    "agriculture": Text("Agriculture, forestry and fishing", "農林水産"),
    "food": Text("Food and beverages", "食品・飲料"),
    "textiles": Text("Textiles and apparel", "繊維・アパレル"),
    "chemicals": Text("Chemicals and materials", "化学・素材"),
    "pharma": Text("Pharmaceuticals and medical devices", "医薬品・医療機器"),
    "metals": Text("Metals and mining", "鉄鋼・金属・鉱業"),
    "machinery": Text("Machinery", "機械・産業設備"),
    "electronics": Text("Electrical and electronic equipment", "電機・電子・精密機器"),
    "automotive": Text("Automotive and transport equipment", "自動車・輸送用機器"),
    "manufacturing": Text("Other or unspecified manufacturing", "その他製造業"),
    "construction": Text("Construction", "建設・設備工事"),
    "real_estate": Text("Real estate", "不動産"),
    "energy": Text("Energy and utilities", "電気・ガス・エネルギー"),
    "it": Text("Software and IT services", "ソフトウェア・情報サービス"),
    "telecom": Text("Telecommunications", "通信"),
    "media": Text("Media, advertising and entertainment", "広告・メディア・エンタメ"),
    "logistics": Text("Transport and logistics", "運輸・物流・倉庫"),
    "wholesale": Text("Wholesale and trading", "卸売・商社"),
    "retail": Text("Retail", "小売・EC"),
    "finance": Text("Banking and finance", "銀行・金融"),
    "insurance": Text("Insurance", "保険"),
    "hospitality": Text("Food service, hotels, travel and leisure", "飲食・宿泊・旅行・レジャー"),
    "healthcare": Text("Medical and social care", "医療・介護・福祉"),
    "education": Text("Education and research", "教育・研究"),
    "consulting": Text("Consulting", "コンサルティング"),
    "professional": Text("Legal, accounting and other professional services", "士業・専門サービス"),
    "staffing": Text("Staffing and recruiting", "人材サービス"),
    "services": Text("Other services", "その他サービス"),
    "public": Text("Government", "官公庁・自治体"),
    "nonprofit": Text("Associations and non-profits", "団体・非営利"),
}

_KINDS = ("deciding", "words", "loose")  # what counts before what


@dataclass(frozen=True, slots=True)
class SectorWords:
    """How industry texts are read; built by `read_words`.

    `codes` are whole texts. In other texts a deciding word (卸売, retail) counts before plain ones (自動車), which
    count before loose ones (製造業, services) that say little.
    """

    codes: Mapping[str, str]  # folded text -> sector
    words: Lexicon[tuple[int, str]]  # rank in _KINDS, sector

    def sector_of(self, text: str) -> str:
        """The sector's id, "" for a blank text and for one that names no sector."""
        folded = fold(text)
        if folded in self.codes:
            return self.codes[folded]
        best, sector = len(_KINDS), ""
        for rank, named in self.words.found_in(folded):
            if rank <= best:
                best, sector = rank, named
        return sector


def read_words(data: Mapping[str, Mapping[str, Sequence[str]]]) -> SectorWords:
    """From sector id -> lists of `codes`, `deciding`, `words`, `loose`."""
    codes = {fold(code): sector for sector, lists in data.items() for code in lists.get("codes", ())}
    ranked = (
        (word, (rank, sector))
        for sector, lists in data.items()
        for rank, kind in enumerate(_KINDS)
        for word in lists.get(kind, ())
    )
    return SectorWords(codes, lexicon(ranked))


def shipped_words() -> dict[str, dict[str, list[str]]]:
    """The words as config/vocabulary/industries.yaml has them, for a model's version to cover."""
    text = resources.files("config").joinpath("vocabulary", "industries.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, list[str]]] = yaml.safe_load(text)["sectors"]
    return loaded


@cache
def _shipped() -> SectorWords:
    return read_words(shipped_words())


@lru_cache(maxsize=65_536)
def sector_of(text: str) -> str:
    """The sector (a key of SECTORS) that an industry text names, "" when blank or unknown."""
    return _shipped().sector_of(text)
