"""English given names in one form: Bob, Rob, Robbie -> robert."""

from __future__ import annotations

_TABLE = """
aaron:
abigail: abby abbie gail
abraham: abe bram
adelaide: addie
albert: al bert bertie
alexander: alec xander alex
alexandra: lexi alexa
alfred: alf alfie
alice: allie
allison: alison ally
amanda: mandy
andrew: andy drew
angela: angie
anthony: tony antony
antoinette: toni
archibald: archie
arnold: arnie
arthur: art artie
barbara: barb barbie babs
bartholomew: bart
beatrice: bea
benjamin: ben benny benji
bernard: bernie
bradley: brad
bridget: biddy
calvin: cal
cameron: cam
caroline: carrie caro
carolyn: carolin
cassandra: cassie
katherine: cathy cath catherine katharine kathryn catharine kate katie kathy kat kitty katy
cecilia: cece
charles: charlie chuck charley chas
charlotte: lottie char
chester: chet
christina: chrissy tina christine christy kristina
christopher: chris kit topher christoph
clarence:
clifford: cliff
clinton: clint
constance: connie
cornelius:
curtis: curt
cynthia: cindy
daniel: danny dan
david: dave davey
deborah: deb debbie debra debby
dennis: denny
diana: di
dominic: dom
donald: don donnie
dorothy: dot dottie dolly
douglas: doug
edmund:
edward: ed eddie ted ned
edwin: edwyn
eleanor: nell
elizabeth: liz lizzie beth betty eliza elisabeth libby betsy bess lisbeth lizzy
emily: em emmy
emma:
ernest: ernie
eugene: gene
evelyn: evie
ezekiel: zeke
florence: flo
frances: fran francie
francis: frankie
franklin: frank
frederick: fred freddy freddie fredrick
gabriel: gabe
gabrielle: gabby
geoffrey: geoff
george: georgie
gerald: gerry
gerard: gerrard
gertrude: trudy
gilbert: gil
gregory: greg gregg
gwendolyn: gwen
harold: hal
harriet: hattie
henry: hank harry
herbert: herb
howard: howie
hubert:
ignatius: iggy
irving: irv
isaac: ike
isabella: bella isabel izzy
jacob: jake
jacqueline: jackie jacqui
james: jim jimmy jamie jimmie
janet:
jasmine: jaz
jason: jay
jean: jeanie
jeffrey: jeff jeffery
jennifer: jen jenny jenn jennie
jeremy: jem
jerome: jerry
jessica: jess jessie
joan: joanie
joanna: joanne
john: johnny jack jon johnnie
jonathan: jonny jonathon
joseph: joe joey
josephine: josie
joshua: josh
joyce:
judith: judy
julia:
julian: jules
justin: jus
karen:
kenneth: ken kenny
kimberly: kim kimberley
lawrence: larry laurence
leonard: len lenny
leslie: les lesley
lillian: lil
lincoln: linc
louis: lou louie
louise:
lucille:
lucas:
madeleine: maddie madeline maddy
malcolm: mal
margaret: maggie meg peggy marge margie greta margo madge
maria:
martha:
martin: marty
matthew: matt mat matty
maurice: mo
maximilian: max
melanie:
melissa: missy mel
melvin: melv
michael: mike mick mickey mikey micheal
michelle: shelly michele
mildred: millie
miranda: randi
mitchell: mitch
mohammed: muhammad mohamed mohammad
montgomery: monty
nancy: nan
natalie: nat nattie
nathan: nate
nathaniel: nathanael
nicholas: nick nicky nicolas
nicole: nikki
norman: norm
oliver: ollie
olivia: liv livvy
oscar: ossie
oswald: ozzie
pamela: pam
patricia: patty trish tricia patti
patrick: pat paddy
paul: paulie
pauline:
penelope: penny
peter: pete
philip: phil phillip
prudence: pru
rachel: rach rachael
randolph: randy
raymond: ray
rebecca: becky bec becca
reginald: reg reggie
richard: rick dick rich ricky richie
robert: bob rob bobby robbie robb
roberta: bobbie
roderick: rod
rodney:
roger: rodge
ronald: ron ronnie
rosemary: rosie
rudolph: rudy
russell: russ
samantha:
samuel: sam sammy
sarah: sara sally sadie
scott: scotty
sebastian: seb
sharon: shari
shirley: shirl
sidney: sid
simon:
solomon: sol
sophia: sophie
spencer: spence
stanley: stan
stephanie: steph stefanie
stephen: steve steven stevie stefan
stewart: stu stuart
susan: sue susie suzy suzanne
sylvia: silvia
tabitha: tabby
tamara: tammy
terence: terry terrence terrance
theodore: theo teddy
theresa: tess teresa terri tessa
thomas: tom tommy
timothy: tim timmy
tobias: toby
tracy: tracey
ulysses: uly
valerie: val
veronica: roni
victor: vic
victoria: vicky tori vicki
vincent: vince vinny
virginia: ginny ginger
vivian: viv
walter: walt wally
wesley: wes
wilfred: wilf
wilhelmina:
william: bill will billy willy willie
winifred: winnie
winston:
yvonne: vonnie
zachary: zach zack zac
"""
_OTHERS = """
alan allen amy anna anne ann annie ashley brandon brenda brian bryan carl carol chad claire clara colin connor craig
dale dana darren dean derek diane donna dylan elaine eli ella ellen eric erik erica ethan eva faith felix fiona gary
glenn gloria gordon grace graham grant hannah heather helen holly hugh ian ivan jackson jane jared jay jesse jill
jordan juan judy julie karl kate keith kelly kevin kyle laura lauren leo liam linda lisa logan lucy luke lynn marcus
marie marilyn mark marvin mary megan mia miguel molly monica morgan naomi neil noah norma oscar owen paula peggy
phyllis priya ralph rita robin rose ross roy ruby russell ruth ryan sandra sean seth shane shannon shaun sheila sherry
sofia stacey suzanne tanya tara taylor todd travis trevor tyler vanessa vera warren wayne wendy zoe abdul ahmed ali
amit anil anita arjun carlos chen deepak diego fatima fernando francesco giovanni giulia hans hassan ibrahim jan
javier jorge jose jurgen klaus lars luca luis manuel marco mario mehmet mei nguyen olga omar pablo pedro pierre rahul
raj ravi sanjay sergio sven thierry vijay wei wolfgang
"""
_JAPANESE_TOO = frozenset(
    """
    anna dan emi gen jin jo joe jun kate kei ken kim leo lisa mai mari marie mary may mia miki mina naomi ray rei sara
    tami tina
    """.split()
)

_KATAKANA = """
アダム adam アラン alan アレックス alexander アレクサンダー alexander アリス alice エイミー amy アンドリュー andrew
アンディ andrew アンジェラ angela アン ann アンナ anna アンソニー anthony トニー anthony バーバラ barbara ベンジャミン
benjamin ベン benjamin ブライアン brian キャロル carol チャールズ charles クリス christopher クリストファー
christopher クリスティーナ christina ダニエル daniel デイビッド david デビッド david デイヴィッド david デイブ david
デボラ deborah デニス dennis ドナルド donald エドワード edward エリザベス elizabeth エミリー emily エマ emma エリック
eric フランク franklin ジョージ george グレッグ gregory ヘレン helen ヘンリー henry ジェームズ james ジェームス james
ジム james ジャック john ジェイソン jason ジェフ jeffrey ジェニファー jennifer ジェシカ jessica ジョン john ジョナサン
jonathan ジョセフ joseph ジョシュア joshua ジュリア julia カレン karen キャサリン katherine ケイト katherine ケビン
kevin ケヴィン kevin ローラ laura リンダ linda ルーカス lucas マーガレット margaret マリア maria マーク mark
マーティン martin メアリー mary マシュー matthew マイケル michael マイク michael ミシェル michelle ナンシー nancy
ニコラス nicholas ニック nicholas オリバー oliver パトリシア patricia パトリック patrick ポール paul ピーター peter
フィリップ philip レイチェル rachel レベッカ rebecca リチャード richard ロバート robert ボブ robert ロジャー roger
ライアン ryan サマンサ samantha サミュエル samuel サム samuel サラ sarah スコット scott ショーン sean サイモン simon
スティーブ stephen スティーブン stephen スティーヴン stephen スーザン susan テレサ theresa トーマス thomas トム thomas
ティモシー timothy ティム timothy ビクトリア victoria ウォルター walter ウィリアム william ビル william スミス smith
ジョンソン johnson ウィリアムズ williams ブラウン brown ジョーンズ jones ミラー miller デイビス davis ウィルソン
wilson アンダーソン anderson テイラー taylor ムーア moore ジャクソン jackson リー lee トンプソン thompson ホワイト
white ハリス harris クラーク clark ルイス lewis ロビンソン robinson ウォーカー walker ヤング young アレン allen キング
king ライト wright ヒル hill グリーン green アダムス adams ネルソン nelson ベイカー baker キャンベル campbell
ミッチェル mitchell カーター carter ロバーツ roberts ターナー turner フィリップス phillips エバンス evans コリンズ
collins スチュワート stewart モリス morris マーフィー murphy クック cook ロジャース rogers モーガン morgan クーパー
cooper ピーターソン peterson ベイリー bailey ベル bell ケリー kelly コックス cox ウォード ward ワトソン watson
ブルックス brooks ウッド wood ベネット bennett グレイ gray ヒューズ hughes
"""


def _canonical() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _TABLE.strip().splitlines():
        full, _, short = line.partition(":")
        for form in (full, *short.split()):
            found.setdefault(form, full)
    for name in _OTHERS.split():
        found.setdefault(name, name)
    return found


_CANONICAL = _canonical()
_FROM_KATAKANA = dict(zip(_KATAKANA.split()[::2], _KATAKANA.split()[1::2], strict=True))


def full_form(given: str, japanese: bool) -> str:
    """A lower-case given name in full; names that are Japanese too (Ken, Mari) stay beside a Japanese surname."""
    return given if japanese and given in _JAPANESE_TOO else _CANONICAL.get(given, given)


def of_katakana(name: str) -> str:
    """The English name katakana stand for (スミス -> smith), "" when they are no such name."""
    return _FROM_KATAKANA.get(name, "")


def is_english(given: str) -> bool:
    """Whether the tables hold a lower-case given name as an English, or at least not Japanese, one."""
    return given in _CANONICAL and given not in _JAPANESE_TOO
