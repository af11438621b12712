"""Words company names are made of, in kanji, katakana and Latin letters, and places branches are named after."""

from __future__ import annotations

PLACES = tuple(
    """
    北海道 青森 岩手 宮城 秋田 山形 福島 茨城 栃木 群馬 埼玉 千葉 東京 神奈川 新潟 富山 石川 福井 山梨 長野 岐阜 静岡
    愛知 三重 滋賀 京都 大阪 兵庫 奈良 和歌山 鳥取 島根 岡山 広島 山口 徳島 香川 愛媛 高知 福岡 佐賀 長崎 熊本 大分
    宮崎 鹿児島 沖縄 札幌 仙台 横浜 川崎 名古屋 神戸 堺 北九州 浜松 相模原 さいたま 東北 関東 北関東 南関東 中部 東海
    北陸 甲信越 信越 関西 近畿 中国 四国 九州 南九州 北九州 首都圏 新宿 渋谷 品川 銀座 丸の内 大手町 日本橋 六本木
    池袋 上野 秋葉原 梅田 難波 本町 心斎橋 天王寺 博多 天神 栄 立川 八王子 町田 大宮 船橋 柏 つくば 宇都宮 高崎 金沢
    松本 豊田 豊橋 四日市 姫路 倉敷 福山 高松 松山 西日本 東日本 中日本 海外 国際 国内 アジア 欧州 米国 上海
    ニューヨーク ロンドン シンガポール
    """.split()
)

_TABLE = """
holdings: ホールディングス ホールディング holdings holding hd hldgs 持株
group: グループ group
japan: ジャパン japan
nihon: 日本 nippon nihon
service: サービス サービシーズ サービセズ service services
system: システム システムズ system systems
solution: ソリューション ソリューションズ solution solutions
technology: テクノロジー テクノロジーズ technology technologies
techno: テクノ techno
consulting: コンサルティング コンサルタンツ コンサルタント consulting consultants consultant consultancy
engineering: エンジニアリング エンジニヤリング engineering
international: インターナショナル international intl 国際
design: デザイン デザインズ design designs
network: ネットワーク ネットワークス network networks
software: ソフトウェア ソフトウエア ソフト software soft
digital: デジタル ディジタル digital
data: データ data
cloud: クラウド cloud
marketing: マーケティング marketing
media: メディア media
partner: パートナー パートナーズ partner partners
lab: ラボ ラボラトリー ラボラトリーズ ラボラトリ lab labs laboratory laboratories
energy: エナジー エネルギー energy
foods: フーズ フード フーヅ food foods 食品 shokuhin syokuhin
medical: メディカル medical
pharma: ファーマ pharma 製薬 seiyaku pharmaceutical pharmaceuticals 薬品 yakuhin
logistics: ロジスティクス ロジスティックス ロジ logistics 物流 butsuryu buturyu
trading: トレーディング trading 商事 shoji syoji shouji
bank: バンク bank 銀行 ginko ginkou
estate: エステート estate
capital: キャピタル capital
communications: コミュニケーション コミュニケーションズ communication communications
electronics: エレクトロニクス エレクトロニックス electronics 電子 denshi densi
electric: エレクトリック electric 電機 電気 denki
create: クリエイト クリエート create
creative: クリエイティブ creative
creation: クリエイション クリエーション creation
planning: プランニング planning 企画 kikaku
support: サポート support
security: セキュリティ セキュリティー security
life: ライフ life
home: ホーム ホームズ home homes
house: ハウス house 住宅 jutaku jutakyu housing ハウジング
works: ワークス ワークズ works
net: ネット net
web: ウェブ ウエブ web
office: オフィス office
studio: スタジオ studio
tech: テック tech
auto: オート auto
motor: モーター モータース motor motors
car: カー cars
tour: ツアー ツアーズ ツーリスト tours tourist
travel: トラベル travel
hotel: ホテル hotel hotels
beauty: ビューティー ビューティ beauty
health: ヘルス health
healthcare: ヘルスケア healthcare
care: ケア care
education: エデュケーション education 教育 kyoiku
academy: アカデミー academy
sports: スポーツ sports sport
fashion: ファッション fashion
apparel: アパレル apparel
printing: プリンティング printing 印刷 insatsu insatu
print: プリント print
trust: トラスト trust 信託 shintaku
finance: ファイナンス ファイナンシャル finance financial
insurance: インシュアランス insurance 保険 hoken
asset: アセット asset assets
management: マネジメント マネージメント management
global: グローバル global
world: ワールド world
asia: アジア asia
pacific: パシフィック pacific
america: アメリカ america
europe: ヨーロッパ europe
new: ニュー new
next: ネクスト next
first: ファースト first
smart: スマート smart
green: グリーン green
blue: ブルー blue
sun: サン サニー sun
star: スター star stars
power: パワー power
plus: プラス plus
link: リンク link links
bridge: ブリッジ bridge
human: ヒューマン human
resource: リソース リソーシズ resource resources
career: キャリア career
staff: スタッフ staff staffing スタッフィング
business: ビジネス business
product: プロダクト プロダクツ product products
production: プロダクション production productions
material: マテリアル マテリアルズ material materials
chemical: ケミカル ケミカルズ chemical chemicals 化学 kagaku 化成 kasei
steel: スチール steel 製鉄 seitetsu 鉄鋼 tekko 製鋼 seiko
metal: メタル メタルズ metal metals 金属 kinzoku
machine: マシン マシナリー machine machinery 機械 kikai
precision: プレシジョン precision 精密 seimitsu 精機 seiki
kogyo: 工業 興業 鉱業 kogyo kougyo industry industries industrial インダストリー インダストリーズ
sangyo: 産業 sangyo sangyou
seisakusho: 製作所 seisakusho seisakujo seisakusyo 製作 seisaku manufacturing mfg
seizo: 製造 seizo seizou
kensetsu: 建設 kensetsu kensetu construction コンストラクション
koken: 工建
doboku: 土木 doboku
komuten: 工務店 komuten koumuten
kenchiku: 建築 kenchiku architects architecture
sekkei: 設計 sekkei
fudosan: 不動産 fudosan fudousan realty realestate
unyu: 運輸 通運 unyu tsuun transport トランスポート
unso: 運送 unso unsou 輸送 yuso express エクスプレス
soko: 倉庫 soko souko warehouse
boeki: 貿易 boeki boueki
shokai: 商会 shokai syokai shoukai
shoten: 商店 書店 shoten syoten
shosha: 商社 shosha
kosan: 興産 kosan kousan
bussan: 物産 bussan
jitsugyo: 実業 jitsugyo
kigyo: 企業 kigyo
kenkyusho: 研究所 kenkyusho kenkyujo 研究 kenkyu
giken: 技研 giken
gijutsu: 技術 gijutsu gijutu
seiki: 製機
joho: 情報 joho jouhou information
tsushin: 通信 通 tsushin tusin telecom テレコム
hoso: 放送 hoso broadcasting
shimbun: 新聞 新聞社 shinbun shimbun newspaper press プレス
shuppan: 出版 shuppan publishing パブリッシング
kokoku: 広告 kokoku advertising
senden: 宣伝
shoken: 証券 shoken securities
denryoku: 電力 denryoku
gas: ガス gas 瓦斯
sekiyu: 石油 sekiyu oil petroleum
jidosha: 自動車 jidosha jidousha
tetsudo: 鉄道 tetsudo railway
dentetsu: 電鉄 dentetsu
koku: 航空 koku airlines air
kaiun: 海運 kaiun shipping
zosen: 造船 zosen
juko: 重工 重工業 juko heavyindustries
boseki: 紡績 boseki
seni: 繊維 seni textile textiles テキスタイル
seishi: 製紙 seishi paper ペーパー
mokuzai: 木材 mokuzai
garasu: 硝子 ガラス glass グラス garasu
gomu: ゴム gomu rubber ラバー
jushi: 樹脂 jushi plastics プラスチック プラスチックス
shokki: 食器
seika: 製菓 seika confectionery
shuzo: 酒造 shuzo
nyugyo: 乳業 nyugyo dairy
suisan: 水産 suisan fisheries
nosan: 農産 nosan
noen: 農園 noen farm ファーム
koen: 公園
byoin: 病院 byoin hospital ホスピタル
clinic: クリニック clinic 医院 iin
iryo: 医療 iryo
kaigo: 介護 kaigo
fukushi: 福祉 fukushi
gakuen: 学園 gakuen
daigaku: 大学 daigaku university
gakko: 学校 gakko school スクール
kyokai: 協会 kyokai association
kumiai: 組合 kumiai
kikin: 基金 kikin
zaidan: 財団 zaidan foundation
center: センター center centre
store: ストア ストアー ストアーズ store stores
shop: ショップ shop
mart: マート mart
market: マーケット market
department: 百貨店 hyakkaten
keikaku: 計画
kankyo: 環境 kankyo environment
setsubi: 設備 setsubi
koji: 工事 koji
denko: 電工 denko
densetsu: 電設 densetsu
kensa: 検査
keisoku: 計測 keisoku
seigyo: 制御 control controls コントロール
kanri: 管理 kanri
eizo: 映像 eizo
ongaku: 音楽 ongaku music ミュージック
kanko: 観光 kanko
ryoko: 旅行 ryoko
keibi: 警備 keibi
seiso: 清掃 clean クリーン
jinzai: 人材 jinzai
kaihatsu: 開発 kaihatsu kaihatu development デベロップメント
sogo: 総合 綜合 sogo sougo
chuo: 中央 chuo chuou central セントラル
daiichi: 第一 daiichi
daini: 第二
kyodo: 共同 協同 kyodo
kyoei: 共栄 協栄 kyoei
kyowa: 協和 共和 kyowa
taiyo: 太陽 大洋 taiyo taiyou
taiheiyo: 太平洋 taiheiyo
toyo: 東洋 toyo touyou
toa: 東亜 toa
tokai: 東海 tokai
tohoku: 東北 tohoku
kanto: 関東 kanto
kansai: 関西 kansai
kyushu: 九州 kyushu
hokkaido: 北海道 hokkaido
hokuriku: 北陸 hokuriku
chubu: 中部 chubu
shikoku: 四国 shikoku
kinki: 近畿 kinki
tokyo: 東京 tokyo
osaka: 大阪 osaka
nagoya: 名古屋 nagoya
kyoto: 京都 kyoto
kobe: 神戸 kobe
yokohama: 横浜 yokohama
sapporo: 札幌 sapporo
sendai: 仙台 sendai
hiroshima: 広島 hiroshima
hakata: 博多 hakata
nara: 奈良 nara
niigata: 新潟 niigata nigata
kanazawa: 金沢 kanazawa
shinsei: 新星 新生 新成 shinsei
fuji: 富士 不二 fuji
asahi: 旭 朝日 asahi
hikari: 光 hikari
sakura: 桜 さくら サクラ sakura
midori: 緑 みどり ミドリ midori
aoba: 青葉 あおば アオバ aoba
wakaba: 若葉 わかば wakaba
hinode: 日の出 hinode
asahikawa: 旭川
sanwa: 三和 sanwa
sankyo: 三共 三協 sankyo
sanko: 三光 三幸 sanko
sanyo: 三洋 山陽 sanyo
mitsubishi: 三菱 mitsubishi
mitsui: 三井 mitsui
sumitomo: 住友 sumitomo
daiwa: 大和 daiwa
yamato: ヤマト yamato
daito: 大東 daito
daiei: 大栄 大永 daiei
meiji: 明治 meiji
showa: 昭和 showa
taisho: 大正 taisho
heiwa: 平和 heiwa
nitto: 日東 nitto
nissin: 日新 日清 nissin nisshin
nikko: 日光 日興 nikko
nichiei: 日栄
kokusai: kokusai
seibu: 西武 seibu
tobu: 東武 tobu
hankyu: 阪急 hankyu
hanshin: 阪神 hanshin
mirai: 未来 みらい ミライ mirai
hoshi: 星 hoshi
yama: 山
umi: 海
sora: 空 そら ソラ sora
kaze: 風
hana: 花 はな ハナ hana
yume: 夢 ゆめ yume
kibo: 希望
kizuna: 絆 きずな
nozomi: 望 のぞみ
minato: 港 湊 みなと minato
sakae: 栄 sakae
maru: 丸 maru
shin: 新 shin
dai: 大 dai
to: 東 east イースト higashi
nishi: 西 west ウエスト ウェスト nishi
minami: 南 south サウス minami
kita: 北 north ノース kita
yusen: 郵船
yubin: 郵便
shokudo: 食堂
kogeisha: 工芸社
kogei: 工芸 kogei
sha: 社
ya: 屋
kan: 館
do: 堂
en: 園
gumi: 組 gumi
kai: 会
acme: アクメ アクミ acme
alpha: アルファ alpha
beta: ベータ beta
delta: デルタ delta
omega: オメガ omega
sigma: シグマ sigma
nova: ノバ ノヴァ nova
apple: アップル apple
orange: オレンジ orange
rainbow: レインボー rainbow
ocean: オーシャン ocean
river: リバー river
forest: フォレスト forest
mountain: マウンテン mountain
sky: スカイ sky
moon: ムーン moon
earth: アース earth
wind: ウインド ウィンド wind
royal: ロイヤル royal
crown: クラウン crown
king: キング king
queen: クイーン queen
dragon: ドラゴン dragon
phoenix: フェニックス phoenix
eagle: イーグル eagle
lion: ライオン lion
union: ユニオン union
united: ユナイテッド united
universal: ユニバーサル universal
general: ゼネラル ジェネラル general
national: ナショナル national
standard: スタンダード standard
advance: アドバンス advance advanced
active: アクティブ active
dynamic: ダイナミック dynamic
total: トータル total
top: トップ top
best: ベスト best
one: ワン one
city: シティ シティー city
town: タウン town
wave: ウェーブ ウエーブ wave
vision: ビジョン vision
image: イメージ image
idea: アイデア アイディア idea
dream: ドリーム dream
heart: ハート heart
peace: ピース peace
victory: ビクトリー victory
pioneer: パイオニア pioneer
frontier: フロンティア frontier
venture: ベンチャー ベンチャーズ venture ventures
innovation: イノベーション innovation innovations
interactive: インタラクティブ interactive
analytics: アナリティクス analytics
robotics: ロボティクス robotics
aerospace: エアロスペース aerospace
bio: バイオ bio
eco: エコ eco
"""


def _words() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _TABLE.strip().splitlines():
        sound, _, forms = line.partition(":")
        for form in (*forms.split(), sound.strip()):
            found.setdefault(form.replace("ー", ""), sound.strip())
    return found


WORDS = _words()
"""Form (kanji, kana without long vowel marks, lower-case Latin) -> the one word it stands for."""
