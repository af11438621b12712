"""One sandbox CRM in a process of its own: `python -m bench.crm SYSTEM PEOPLE`.

Prints its address when it is filled and serves until its standard input ends. Limits of the vendor are off.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.sandbox.http import SandboxApp, SandboxClock, SandboxServer
from connectors.sandbox.hubspot import HubSpotSandbox
from connectors.sandbox.salesforce import SalesforceSandbox

START = 1_790_000_000.0  # 2026-09-21: the clock stands still, so that every run sees the same account
ROOT = Path(__file__).parent.parent
_DAY = 86_400
_TITLES = ("営業部長", "課長", "Marketing Manager", "担当", "代表取締役", "")
_INDUSTRIES = ("製造業", "情報通信業", "卸売業", "Retail", "")


@contextmanager
def running(system: str, people: int, start: float = START) -> Iterator[str]:
    """The address of a filled sandbox in a child process."""
    command = [sys.executable, "-m", "bench.crm", system, str(people), "--start", str(start)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError(f"the {system} sandbox did not start")
            yield url
        finally:
            process.stdin.close()
            process.wait(10)


def filled(system: str, people: int, start: float) -> SandboxApp:
    """An account whose contacts were last changed over the year before `start`."""
    clock = SandboxClock(start)
    if system == "hubspot":
        hubspot = HubSpotSandbox(clock, enforce_limits=False, burst=1_000_000, daily_limit=100_000_000)
        rows = ((hubspot_contact(n), None, None, int(_changed(n, people, start) * 1000)) for n in range(people))
        hubspot.put_many("contacts", rows)
        return hubspot
    salesforce = SalesforceSandbox(clock, daily_limit=100_000_000)
    salesforce.bulk_polls = 0
    stamped = ({**salesforce_contact(n), "SystemModstamp": _changed(n, people, start)} for n in range(people))
    salesforce.put_many("Contact", stamped)
    return salesforce


def hubspot_contact(n: int) -> dict[str, str]:
    contact = {
        "email": f"taro.yamada.{n}@company{n % 977}.example.jp",
        "firstname": "太郎",
        "lastname": f"山田{n}",
        "jobtitle": _TITLES[n % len(_TITLES)],
        "company": f"株式会社サンプル{n % 977}",
        "industry": _INDUSTRIES[n % len(_INDUSTRIES)],
        "phone": f"03-0000-{n % 10_000:04d}",
        "country": "Japan",
        "state": "東京都",
        "hs_analytics_source": "ORGANIC_SEARCH",
        "lifecyclestage": "lead",
    }
    return {name: value for name, value in contact.items() if value}


def salesforce_contact(n: int) -> dict[str, str]:
    contact = {
        "Email": f"taro.yamada.{n}@company{n % 977}.example.jp",
        "FirstName": "太郎",
        "LastName": f"山田{n}",
        "Title": _TITLES[n % len(_TITLES)],
        "Department": "営業部",
        "Phone": f"03-0000-{n % 10_000:04d}",
        "MailingCountry": "Japan",
        "MailingState": "東京都",
        "LeadSource": "Web",
    }
    return {name: value for name, value in contact.items() if value}


def _changed(n: int, people: int, start: float) -> float:
    return start - 365 * _DAY + n * 364 * _DAY / max(people, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system", choices=["hubspot", "salesforce"])
    parser.add_argument("people", type=int)
    parser.add_argument("--start", type=float, default=START)
    given = parser.parse_args()
    with SandboxServer(filled(given.system, given.people, given.start)) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
