from __future__ import annotations

import copy
import json

import pytest

from connectors.sandbox.http import Response, SandboxApp
from tests.conformance.__main__ import main
from tests.conformance.checking import check
from tests.conformance.coverage import unanswered_routes, uncalled_routes
from tests.conformance.documents import SpecError, Specs
from tests.conformance.report import Results, lines
from tests.conformance.tolerances import Tolerance, sift

LIST, SHOP = "/shop/v1/items", ("shop", "tokyo")


@pytest.fixture
def results(specs, call):
    """The results of some calls, all of them made by the connector."""

    def build(*calls, tolerances=(), uncalled=()):
        checked = [check(specs, each) for each in calls]
        named = [Tolerance(name, "because", covers) for name, covers in tolerances]
        sifted = sift([found for each in checked for found in each.mismatches], named)
        return Results(checked, (), sifted, uncalled, ())

    return build


@pytest.fixture
def text():
    return lambda results: "\n".join(lines(results))


def test_every_mismatch_is_told_with_its_place_and_fails_the_run(call, results, text):
    bad = call("GET", LIST, answer={"results": [{"id": 1, "madeAt": "2026-11-21T03:00:00Z"}] * 2}, query=[SHOP])
    found = results(bad)
    assert not found.passed
    assert "answer 200, $.results[0].id: 1 is not of type 'string'  (and 1 more like it)" in text(found)
    assert text(found).splitlines()[-1].startswith("NOT conformant: 1 requests and 1 answers of 1 operations")


def test_operations_and_paths_outside_the_documents_are_counted(call, results, text):
    told = text(results(call("GET", f"{LIST}/1"), call("GET", f"{LIST}/2"), call("GET", "/legacy/v1/things")))
    assert "GET /shop/v1/items/{itemId}" in told
    assert "2 x 200  (shop.json)" in told
    assert "  GET /legacy/v1/things  1 calls" in told
    assert told.splitlines()[-1] == "conformant: 2 requests and 2 answers of 1 operations checked, 0 mismatches"


def test_a_tolerance_lets_pass_what_it_covers_and_nothing_else(call, results):
    bad = call("GET", f"{LIST}/1", answer={"id": 1, "madeAt": "soon"})
    found = results(bad, tolerances=[("ids", lambda each: each.finding.path == ("id",))])
    assert [each.finding.where for each in found.sifted.mismatches] == ["$.madeAt"]
    assert found.sifted.tolerated == {"ids": 1}


def test_a_tolerance_that_nothing_needs_fails_the_run(call, results, text):
    found = results(call("GET", f"{LIST}/1"), tolerances=[("ids", lambda each: True)])
    assert not found.passed
    assert "to be taken out:\n  ids" in text(found)


def test_a_route_that_was_not_called_fails_the_run(call, results, text):
    found = results(call("GET", f"{LIST}/1"), uncalled=["/shop/v1/orders"])
    assert not found.passed
    assert "not called, so not checked:\n  /shop/v1/orders" in text(found)


def test_a_path_counts_for_the_route_that_fits_best(call):
    routes = ["/a/{type}", "/a/{type}/{name}", "/a/{type}/groups"]
    assert uncalled_routes([call("GET", "/a/x"), call("GET", "/a/x/groups")], routes) == ["/a/{type}/{name}"]


def test_routes_of_an_emulator_need_a_good_answer(call):
    app = SandboxApp()
    for path in ("/a/{type}/groups", "/a/{type}/{name}"):
        app.route("GET", path, lambda request: Response())
    assert unanswered_routes(app, [call("GET", "/a/x/groups"), call("GET", "/a/x/y", 404)]) == ["GET /a/{type}/{name}"]


def test_where_two_files_describe_an_operation_one_of_them_has_to_fit(call):
    document = json.loads(json.dumps(_document()))
    older = copy.deepcopy(document)
    older["components"]["schemas"]["Thing"]["properties"]["id"] = {"type": "integer"}
    specs = Specs({"new.json": document, "old.json": older})
    assert check(specs, call("GET", "/things", answer={"id": 1})).mismatches == ()
    assert check(specs, call("GET", "/things", answer={"id": "1"})).mismatches == ()
    assert len(check(specs, call("GET", "/things", answer={"id": None})).mismatches) == 1


def test_a_document_that_would_be_checked_wrongly_is_refused():
    combined = _document()
    combined["components"]["schemas"]["Thing"] = {"allOf": [{"type": "object"}]}
    for document in (combined, {**_document(), "openapi": "3.1.0"}):
        with pytest.raises(SpecError):
            Specs({"wrong.json": document})


def test_a_folder_without_documents_is_refused(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    (tmp_path / "broken.json").write_text("{")
    assert main([str(tmp_path)]) == 2
    assert main([]) == 2


def _document():
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    return {
        "openapi": "3.0.3",
        "paths": {"/things": {"get": {"responses": {"200": answer}}}},
        "components": {"schemas": {"Thing": {"type": "object", "properties": {"id": {"type": "string"}}}}},
    }
