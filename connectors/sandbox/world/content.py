"""What the seeded vendor publishes: web pages, forms, mailings, campaigns. And how visitors walk through them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import quote

from connectors.sandbox.world.shapes import Form, Mailing

SITE = "https://www.tsumugi-cloud.example"


@dataclass(frozen=True, slots=True)
class Page:
    path: str  # not yet percent-encoded
    title: str

    @property
    def url(self) -> str:
        return SITE + quote(self.path)


@dataclass(frozen=True, slots=True)
class FormSpec:
    key: str
    form: Form
    page: str  # key of the page it stands on


PAGES: dict[str, tuple[tuple[Page, ...], tuple[Page, ...]]] = {  # key -> (Japanese, English)
    "top": ((Page("/", "つむぎクラウド | 現場をつなぐ業務基盤"),), (Page("/en/", "Tsumugi Cloud"),)),
    "features": ((Page("/機能", "機能一覧"), Page("/features", "機能紹介")), (Page("/en/features", "Features"),)),
    "blog": (
        (
            Page("/blog/dx-first-step", "中小製造業のDX はじめの一歩"),
            Page("/blog/zaiko-kanri", "在庫管理でよくある5つの失敗"),
            Page("/ブログ/電子帳簿保存法", "電子帳簿保存法 対応のポイント"),
        ),
        (Page("/en/blog/erp-checklist", "An ERP checklist"), Page("/en/blog/factory-data", "Factory data that talks")),
    ),
    "case": (
        (
            Page("/case-studies/aomine-seiki", "導入事例 青嶺精機様"),
            Page("/導入事例/東雲物流", "導入事例 東雲物流様 入出荷を半日短縮"),
            Page("/導入事例/製造業", "製造業の導入事例一覧"),
        ),
        (
            Page("/en/case-studies/ironbridge", "Case study: Ironbridge Manufacturing"),
            Page("/en/case-studies/kestrel-freight", "Case study: Kestrel Freight"),
        ),
    ),
    "pricing": (
        (Page("/pricing", "料金プラン"), Page("/料金", "料金のご案内"), Page("/料金", "料金のご案内")),
        (Page("/en/pricing", "Pricing"),),
    ),
    "compare": (
        (Page("/compare", "他社製品との比較"), Page("/比較", "製品比較表")),
        (Page("/en/compare", "How we compare"),),
    ),
    "simulator": (
        (Page("/simulator", "料金シミュレーター"), Page("/simulator", "料金シミュレーター")),
        (Page("/en/simulator", "Price simulator"),),
    ),
    "resources": (
        (Page("/resources", "お役立ち資料"), Page("/資料", "資料一覧")),
        (Page("/en/resources", "Resources"),),
    ),
    "seminar": (
        (Page("/seminar/genba-dx", "セミナー 現場DXの進め方"), Page("/セミナー", "セミナー・ウェビナー一覧")),
        (Page("/en/webinar/connected-plant", "Webinar: the connected plant"),),
    ),
    "contact": ((Page("/contact", "お問い合わせ"),), (Page("/en/contact", "Contact us"),)),
    "trial": ((Page("/trial", "無料トライアル"),), (Page("/en/trial", "Start a free trial"),)),
    "careers": ((Page("/careers", "採用情報"),), (Page("/en/careers", "Careers"),)),
}

SESSIONS: dict[str, tuple[str, ...]] = {  # visit -> steps; "form:x" submits a form on the page before it
    "look": ("top", "features"),
    "read": ("blog",),
    "read_more": ("blog", "features"),
    "careers": ("careers",),
    "case": ("case",),
    "price": ("pricing",),
    "features_price": ("features", "pricing"),
    "case_price": ("case", "pricing"),
    "compare": ("features", "compare"),
    "simulate": ("pricing", "simulator"),
    "download": ("resources", "form:download"),
    "case_download": ("case", "form:case_download"),
    "whitepaper": ("blog", "form:whitepaper"),
    "seminar": ("seminar", "form:seminar"),
    "newsletter": ("blog", "form:newsletter"),
    "inquire": ("contact", "form:contact"),
    "demo": ("pricing", "contact", "form:demo"),
    "try": ("pricing", "trial", "form:trial"),
}


def _form(key: str, name: str, page: str) -> FormSpec:
    return FormSpec(key, Form(str(uuid.uuid5(uuid.NAMESPACE_URL, SITE + "/form/" + name)), name), page)


FORMS_JA = (
    _form("download", "製品資料ダウンロード", "resources"),
    _form("case_download", "導入事例集ダウンロード", "case"),
    _form("whitepaper", "ホワイトペーパー「製造業DX入門」", "blog"),
    _form("contact", "お問い合わせ", "contact"),
    _form("demo", "デモのご依頼", "contact"),
    _form("trial", "無料トライアル申し込み", "trial"),
    _form("seminar", "セミナー申し込み", "seminar"),
    _form("newsletter", "メールマガジン登録", "blog"),
)
FORMS_EN = (
    _form("download", "Product brochure download", "resources"),
    _form("case_download", "Case study book download", "case"),
    _form("whitepaper", "Whitepaper: starting with DX", "blog"),
    _form("contact", "Contact us", "contact"),
    _form("demo", "Request a demo", "contact"),
    _form("trial", "Free trial", "trial"),
    _form("seminar", "Webinar registration", "seminar"),
    _form("newsletter", "Newsletter sign-up", "blog"),
)
FORMS = {(spec.key, japanese): spec for japanese, specs in ((True, FORMS_JA), (False, FORMS_EN)) for spec in specs}


_SENT_DAYS_AGO = (3, 12, 24, 38, 55, 73, 95, 118, 146, 175, 210, 245, 280, 315, 350, 385, 420, 455, 490, 525)
_LINKS_TO = ("case", "seminar", "blog", "pricing", "features")
MAILINGS = tuple(
    Mailing(77_001_000 + number, days_ago + 0.2, _LINKS_TO[number % len(_LINKS_TO)])
    for number, days_ago in enumerate(_SENT_DAYS_AGO)
)


@dataclass(frozen=True, slots=True)
class CampaignSpec:
    name: str
    type: str
    days_ago: float
    event: bool  # people register and attend; else they only respond

    def campaign_name(self, month: str) -> str:
        return self.name.format(month)


CAMPAIGNS = (
    CampaignSpec("{0} 現場DX ウェビナー", "Webinar", 8, True),
    CampaignSpec("{0} Connected Plant Webinar", "Webinar", 16, True),
    CampaignSpec("{0} 製造業向け 生産管理セミナー", "Seminar / Conference", 27, True),
    CampaignSpec("{0} ものづくり総合展 展示会", "Trade Show", 41, False),
    CampaignSpec("{0} 物流効率化 ウェビナー", "Webinar", 60, True),
    CampaignSpec("{0} 休眠顧客 掘り起こしメール", "Email", 76, False),
    CampaignSpec("{0} 在庫最適化 ウェビナー", "Webinar", 104, True),
    CampaignSpec("{0} スマート工場 展示会", "Trade Show", 140, False),
    CampaignSpec("{0} Cloud ERP Webinar", "Webinar", 170, True),
    CampaignSpec("{0} 経営者向けセミナー 大阪", "Seminar / Conference", 205, True),
    CampaignSpec("{0} 春の導入キャンペーン", "Direct Mail", 240, False),
    CampaignSpec("{0} 製造業DX ウェビナー", "Webinar", 275, True),
    CampaignSpec("{0} IT Week 展示会", "Trade Show", 330, False),
    CampaignSpec("{0} 原価管理セミナー", "Seminar / Conference", 375, True),
    CampaignSpec("{0} ものづくり総合展 展示会", "Trade Show", 410, False),
    CampaignSpec("{0} 電帳法対応 ウェビナー", "Webinar", 470, True),
)
