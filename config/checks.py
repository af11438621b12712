"""What no single field can tell: settings that need or exclude each other, addresses, files, later features.

Works on raw values by full name, so that it speaks up also when other settings are wrong.
"""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from config.names import PREFIX
from config.problems import Problem
from sync.core.text import Text

_H = f"{PREFIX}HUBSPOT__"
_S = f"{PREFIX}SALESFORCE__"

_SPARK_ADDRESSES = ("sc://", "local", "spark://")
_POSTGRES = {"postgres", "postgresql", "postgresql+psycopg"}


def find_problems(values: Mapping[str, str], given: Collection[str]) -> Iterator[Problem]:
    """`given`: every name that was set, also those whose value could not be read."""
    yield from _hubspot_credentials(given)
    yield from _salesforce_credentials(given)
    for name in (f"{_H}BASE_URL", f"{_S}LOGIN_URL"):
        if name in values:
            yield from _address(name, values[name])
    yield from _private_key(values)
    yield from _database(values)
    yield from _ca_file(values)
    yield from _shipped_or_file(f"{PREFIX}MODEL", values, shipped_models(), _MODEL)
    yield from _shipped_or_file(f"{PREFIX}PLAYBOOK", values, shipped_playbooks(), _PLAYBOOK)
    yield from _spark(values)
    yield from _status_page(values, given)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def database_url(value: str) -> str:
    """The SQLAlchemy URL with its driver: PostgreSQL is always spoken to by psycopg. Raises ValueError."""
    try:
        url = make_url(value)
    except (ArgumentError, ValueError) as unreadable:
        raise ValueError("not a database URL") from unreadable
    if url.drivername in _POSTGRES:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername == "sqlite" and url.database not in (None, "", ":memory:") and url.host is None:
        return value
    raise ValueError("not a database we can use")


def _hubspot_credentials(given: Collection[str]) -> Iterator[Problem]:
    oauth = (f"{_H}CLIENT_ID", f"{_H}CLIENT_SECRET", f"{_H}REFRESH_TOKEN")
    present = [name for name in oauth if name in given]
    token = f"{_H}ACCESS_TOKEN"
    if token in given and present:
        yield _exclusive(token, present)
    elif present:
        yield from _missing(oauth, given, Text("OAuth", "OAuth "))


def _salesforce_credentials(given: Collection[str]) -> Iterator[Problem]:
    base = (f"{_S}LOGIN_URL", f"{_S}CLIENT_ID")
    secret = f"{_S}CLIENT_SECRET"
    jwt = (f"{_S}USERNAME", f"{_S}PRIVATE_KEY")
    present = [name for name in jwt if name in given]
    if secret in given and present:
        yield _exclusive(secret, present)
    if present:
        yield from _missing((*base, *jwt), given, Text("the JWT bearer flow", "JWT ベアラーフロー"))
    elif secret in given:
        yield from _missing(base, given, Text("the client credentials flow", "クライアントログイン情報フロー"))
    elif any(name in given for name in base):
        yield from _missing(base, given, Text("Salesforce", "Salesforce "))
        yield _no_flow(secret, jwt)


def _missing(needed: Collection[str], given: Collection[str], purpose: Text) -> Iterator[Problem]:
    present = ", ".join(name for name in needed if name in given)
    way_out = Text(f"Set it, or remove {present}.", f"設定するか、{present} を削除してください。")
    for name in needed:
        if name not in given:
            yield Problem(
                name,
                Text(
                    f"missing: {purpose.en} needs it beside {present}. {way_out.en}",
                    f"不足しています。{purpose.ja}では {present} とあわせて必要です。{way_out.ja}",
                ),
            )


def _no_flow(secret: str, jwt: tuple[str, str]) -> Problem:
    return Problem(
        secret,
        Text(
            f"missing: Salesforce needs it, or {jwt[0]} and {jwt[1]}. Set one of the two.",
            f"不足しています。これを設定するか、{jwt[0]} と {jwt[1]} を設定してください。",
        ),
    )


def _exclusive(name: str, others: list[str]) -> Problem:
    listed = ", ".join(others)
    return Problem(
        name,
        Text(
            f"a second way to sign in beside {listed}. Keep one and remove the other.",
            f"{listed} とは別のログイン方法です。どちらか一方だけを残してください。",
        ),
    )


def _address(name: str, value: str) -> Iterator[Problem]:
    try:
        url = urlsplit(value)
        host, _ = url.hostname or "", url.port
    except ValueError:
        host = ""
    if not host or url.scheme not in ("http", "https"):
        yield _problem_of_address(name, "not an address", "アドレスではありません")
    elif url.username or url.password or url.query or url.fragment or url.path not in ("", "/"):
        yield _problem_of_address(name, "more than scheme and host", "スキームとホスト以外が含まれています")
    elif url.scheme == "http" and not is_loopback(host):
        yield _problem_of_address(
            name,
            "plain http would send the credentials unencrypted; it is for loopback only",
            "http では認証情報が暗号化されずに送られます。http はループバックでのみ使えます",
        )


def _problem_of_address(name: str, en: str, ja: str) -> Problem:
    example = "https://api.hubapi.com" if name.startswith(_H) else "https://example.my.salesforce.com"
    return Problem(name, Text(f"{en}. Write it like {example}.", f"{ja}。{example} のように指定してください。"))


def _private_key(values: Mapping[str, str]) -> Iterator[Problem]:
    name = f"{_S}PRIVATE_KEY"
    if name not in values:
        return
    try:
        key: object = load_pem_private_key(values[name].encode(), password=None)
    except (ValueError, TypeError):  # TypeError: the key is protected by a password
        key = None
    if not isinstance(key, RSAPrivateKey):
        yield Problem(
            name,
            Text(
                "not an RSA private key in PEM form without a password. Give the whole file, BEGIN and END lines "
                f"included, best by {name}_FILE.",
                "パスワードなしの PEM 形式の RSA 秘密鍵ではありません。BEGIN 行から END 行まで全体を、"
                f"できれば {name}_FILE で指定してください。",
            ),
        )


def _database(values: Mapping[str, str]) -> Iterator[Problem]:
    name = f"{PREFIX}DATABASE_URL"
    try:
        database_url(values.get(name, "sqlite:///default"))
    except ValueError:
        yield Problem(
            name,
            Text(
                "not a database that can be used. Write sqlite:///PATH (a file) or "
                "postgresql://USER:PASSWORD@HOST/DATABASE, special characters of the password as %XX.",
                "使用できないデータベースです。sqlite:///パス(ファイル)または "
                "postgresql://ユーザー:パスワード@ホスト/データベース名 の形で指定し、"
                "パスワード中の記号は %XX で書いてください。",
            ),
        )


def _ca_file(values: Mapping[str, str]) -> Iterator[Problem]:
    name = f"{PREFIX}CA_FILE"
    if name not in values:
        return
    try:
        holds_one = b"-----BEGIN CERTIFICATE-----" in Path(values[name]).read_bytes()
    except OSError:
        holds_one = False
    if not holds_one:
        yield Problem(
            name,
            Text(
                "no readable file with certificates in PEM form. Give the path of one.",
                "PEM 形式の証明書を含む読み取り可能なファイルではありません。ファイルのパスを指定してください。",
            ),
        )


_MODEL = Text("model", "モデル")
_PLAYBOOK = Text("playbook", "プレイブック")


def _shipped_or_file(name: str, values: Mapping[str, str], shipped: Sequence[str], what: Text) -> Iterator[Problem]:
    value = values.get(name)
    if value is None or value in shipped or Path(value).is_file():
        return
    nearest = difflib.get_close_matches(value, shipped, n=1)
    hint = Text(f" Did you mean {nearest[0]}?", f"{nearest[0]} ではありませんか。") if nearest else Text("", "")
    listed = ", ".join(shipped)
    yield Problem(
        name,
        Text(
            f"no file and no shipped {what.en} of that name.{hint.en} Give a path, or one of: {listed}.",
            f"この名前のファイルも付属{what.ja}もありません。{hint.ja}パスか、次のいずれかを指定してください: {listed}",
        ),
    )


def shipped_models() -> list[str]:
    """Names of the models that come with the package."""
    return _shipped("models")


def shipped_playbooks() -> list[str]:
    """Names of the playbooks that come with the package."""
    return _shipped("playbooks")


def _shipped(folder: str) -> list[str]:
    entries = (resources.files("config") / folder).iterdir()
    return sorted(entry.name.removesuffix(".yaml") for entry in entries if entry.name.endswith(".yaml"))


def _status_page(values: Mapping[str, str], given: Collection[str]) -> Iterator[Problem]:
    host = values.get(f"{PREFIX}HTTP__HOST", "127.0.0.1")
    token = f"{PREFIX}HTTP__TOKEN"
    if not is_loopback(host) and token not in given:
        yield Problem(
            token,
            Text(
                f"missing: the status page shows customers' data and {PREFIX}HTTP__HOST is not loopback. Set a long "
                f"random token, or {PREFIX}HTTP__HOST=127.0.0.1.",
                f"不足しています。{PREFIX}HTTP__HOST がループバックではなく、状態ページには顧客の情報が表示されます。"
                f"長いランダムな文字列を設定するか、{PREFIX}HTTP__HOST=127.0.0.1 にしてください。",
            ),
        )


def _spark(values: Mapping[str, str]) -> Iterator[Problem]:
    engine, remote = f"{PREFIX}ENGINE", f"{PREFIX}SPARK__REMOTE"
    address = values.get(remote, "")
    if values.get(engine) != "spark":
        if address:
            yield Problem(
                remote,
                Text(
                    f"an address that nothing uses: set {engine}=spark, or remove it.",
                    f"使われない設定です。{engine}=spark を設定するか、この設定を削除してください。",
                ),
            )
        return
    if find_spec("pyspark") is None:
        yield Problem(
            engine,
            Text(
                "spark needs pyspark, which is not installed. Run: pip install 'leadsync[spark]'",
                "spark には pyspark が必要ですが、インストールされていません。pip install 'leadsync[spark]' を"
                "実行してください。",
            ),
        )
    if address and not address.startswith(_SPARK_ADDRESSES):
        yield Problem(
            remote,
            Text(
                "not an address of Spark. Write sc://HOST:PORT (Spark Connect) or local[2], or leave it empty for "
                "this machine.",
                "Spark のアドレスではありません。sc://ホスト:ポート(Spark Connect)か local[2] の形で指定するか、"
                "このマシンで実行する場合は空のままにしてください。",
            ),
        )
