"""Text shown to people, in the two languages the product speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["ja", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One message in English and Japanese; `text.to("ja")` picks one."""

    en: str
    ja: str

    def to(self, language: str) -> str:
        return self.ja if language == "ja" else self.en

    def __str__(self) -> str:
        return self.en
