from __future__ import annotations

import pytest

from tests.conformance.checking import check

ITEM = {"id": "1", "madeAt": "2026-11-21T03:00:00.000Z"}
LIST, SHOP = "/shop/v1/items", ("shop", "tokyo")


@pytest.fixture
def told(specs):
    """(side, place, keyword) of everything that is wrong with a call."""

    def tell(call):
        return [(each.side, each.finding.where, each.finding.keyword) for each in check(specs, call).mismatches]

    return tell


def listed(call, *query, results=(ITEM,), **more):
    return call("GET", LIST, answer={"results": list(results)}, query=[SHOP, *query], **more)


def test_a_right_call_has_no_mismatch(call, told):
    query = [("limit", "5"), ("archived", "true"), ("name", "a"), ("name", "b"), ("property.size", "3")]
    assert told(listed(call, *query)) == []
    assert told(call("POST", LIST, 201, sent={"name": "pen"})) == []
    assert told(call("GET", f"{LIST}/12")) == []
    assert told(call("DELETE", f"{LIST}/12", 204, answer=None)) == []
    assert told(call("GET", f"{LIST}/12", 404, answer={"message": "no such item"})) == []


def test_a_path_outside_the_documents_is_named_and_not_judged(call, specs):
    checked = check(specs, call("GET", "/legacy/v1/items", answer=b"anything"))
    assert checked.operation is None
    assert checked.mismatches == ()


def test_a_method_that_the_path_does_not_have_is_a_mismatch(call, told):
    assert told(call("PUT", LIST)) == [("request", "$", "method")]


def test_the_most_fixed_template_is_the_one_that_counts(call, told):
    assert told(call("GET", f"{LIST}/newest/part", answer={"message": "not an item"})) == []
    assert told(call("GET", f"{LIST}/12/part", answer={"message": "not an item"})) != []


def test_another_spelling_of_a_segment_finds_the_same_operation(call, told):
    assert told(call("GET", "/shop/v1/goods/12")) == []
    assert told(call("GET", "/shop/v1/goods/x")) == [("request", "$.path.itemId", "type")]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        (("lmit", "5"), ("request", "$.query.lmit", "unknown name")),
        (("limit", "five"), ("request", "$.query.limit", "type")),
        (("limit", "3000000000"), ("request", "$.query.limit", "format")),
        (("archived", "yes"), ("request", "$.query.archived", "type")),
    ],
)
def test_a_wrong_query_parameter_is_a_mismatch(call, told, query, wrong):
    assert told(listed(call, query)) == [wrong]


def test_a_single_value_given_twice_is_a_mismatch(call, told):
    assert told(listed(call, ("limit", "1"), ("limit", "2"))) == [("request", "$.query.limit", "type")]


def test_a_missing_required_parameter_is_a_mismatch(call, told):
    assert told(call("GET", LIST, answer={"results": []})) == [("request", "$.query.shop", "required")]


def test_a_call_without_token_is_a_mismatch_where_one_is_asked_for(call, told):
    found = told(listed(call, headers={"authorization": ""}))
    assert found == [("request", "$.header.Authorization", "required")]


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        (None, ("request", "$", "body")),
        (b"{", ("request", "$", "body")),
        ({}, ("request", "$", "required")),
        ({"name": 5}, ("request", "$.name", "type")),
        ({"name": None}, ("request", "$.name", "type")),
        ({"name": "pen", "price": 5}, ("request", "$.price", "unknown name")),
    ],
)
def test_a_wrong_request_body_is_a_mismatch(call, told, sent, wrong):
    assert told(call("POST", LIST, 201, sent=sent)) == [wrong]


def test_a_body_of_another_media_type_is_a_mismatch(call, told):
    found = told(call("POST", LIST, 201, sent={"name": "pen"}, headers={"content-type": "text/plain"}))
    assert found == [("request", "$.header.Content-Type", "body")]


def test_a_body_where_none_is_taken_is_a_mismatch(call, told):
    assert told(call("GET", f"{LIST}/12", sent={"name": "pen"})) == [("request", "$", "body")]


def test_a_form_is_checked_like_json(call, told):
    form = {"content-type": "application/x-www-form-urlencoded"}
    path = "/shop/v1/token"
    assert told(call("POST", path, answer=None, sent=b"grant_type=refresh_token", headers=form)) == []
    found = told(call("POST", path, answer=None, sent=b"grant_type=password", headers=form))
    assert found == [("request", "$.grant_type", "enum")]


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        ({"id": "1"}, ("answer", "$.results[0]", "required")),
        ({**ITEM, "id": 1}, ("answer", "$.results[0].id", "type")),
        ({**ITEM, "madeAt": "yesterday"}, ("answer", "$.results[0].madeAt", "format")),
        ({**ITEM, "stock": True}, ("answer", "$.results[0].stock", "type")),
        ({**ITEM, "stock": None}, ("answer", "$.results[0].stock", "type")),
        ({**ITEM, "labels": {"a": 1}}, ("answer", "$.results[0].labels.a", "type")),
        ({**ITEM, "extra": 1}, ("answer", "$.results[0].extra", "unknown name")),
        ({**ITEM, "packing": {"kind": "box"}}, ("answer", "$.results[0].packing", "required")),
        (
            {**ITEM, "packing": {"kind": "bag", "colour": "red", "size": 1}},
            ("answer", "$.results[0].packing.size", "unknown name"),
        ),
    ],
)
def test_a_wrong_answer_body_is_a_mismatch(call, told, item, wrong):
    assert told(listed(call, results=[ITEM | {"note": None}])) == []
    assert told(listed(call, results=[item])) == [wrong]


def test_a_success_that_is_not_declared_is_no_error_answer(call, told):
    assert told(call("GET", f"{LIST}/12", 202, answer={"message": "later"})) == [("answer", "$", "status")]


def test_an_error_has_to_have_the_shape_of_an_error(call, told):
    assert told(call("GET", f"{LIST}/12", 500, answer=ITEM)) == [
        ("answer", "$", "required"),
        *[("answer", f"$.{name}", "unknown name") for name in ("id", "madeAt")],
    ]
    assert told(call("GET", f"{LIST}/12", 503, answer=b"<html>")) == [("answer", "$", "body")]


def test_bodies_are_there_exactly_where_they_are_declared(call, told):
    assert told(call("GET", f"{LIST}/12", answer=None)) == [("answer", "$", "body")]
    assert told(call("DELETE", f"{LIST}/12", 204, answer=ITEM)) == [("answer", "$", "body")]


def test_a_broken_connection_leaves_only_the_request_to_check(call, told):
    assert told(call("GET", f"{LIST}/x", "reset", answer=None)) == [("request", "$.path.itemId", "type")]
