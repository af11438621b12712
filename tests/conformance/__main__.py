"""Checks the HubSpot connector and the HubSpot sandbox against HubSpot's published OpenAPI documents.

    python -m tests.conformance FOLDER

Exit code 0: all conforms; 1: something does not, or was not reached; 2: the folder cannot be used.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from connectors.sandbox.http import Call
from tests.conformance.account import demo_account, served_account
from tests.conformance.checking import check
from tests.conformance.coverage import unanswered_routes, uncalled_routes
from tests.conformance.documents import SpecError, Specs
from tests.conformance.life import LifeError, lead, lead_where_batches_are_refused, read_all
from tests.conformance.report import Results, lines
from tests.conformance.tolerances import sift
from tests.conformance.tour import Tour, TourError

# The service takes a plural or a type id for an object type; the document of deals is written with the id only.
_ALIASES = {"deals": "0-3"}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        specs = Specs.of_folder(Path(arguments[0]), _ALIASES)
    except (SpecError, OSError, json.JSONDecodeError) as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)
        return 2
    try:
        results = run(specs)
    except (LifeError, TourError) as error:
        print(f"NOT conformant: what was to be checked did not happen: {error}", file=sys.stderr)
        return 1
    print("\n".join(lines(results)))
    return 0 if results.passed else 1


def run(specs: Specs) -> Results:
    with served_account() as account:
        lead(account)
        by_connector = account.taken_calls()
    with served_account() as account:
        lead_where_batches_are_refused(account)
        by_connector += account.taken_calls()
    with demo_account() as account:
        read_all(account)
        by_connector += account.taken_calls()
    with served_account() as account:
        Tour(account).make()
        touring = account.taken_calls()
        unanswered = unanswered_routes(account.app, [*by_connector, *touring])
    return _results(specs, by_connector, touring, unanswered)


def _results(specs: Specs, by_connector: list[Call], touring: list[Call], unanswered: list[str]) -> Results:
    connector = [check(specs, call) for call in by_connector]
    tour = [check(specs, call) for call in touring]
    found = [mismatch for each in (*connector, *tour) for mismatch in each.mismatches]
    return Results(connector, tour, sift(found), uncalled_routes(by_connector), unanswered)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
