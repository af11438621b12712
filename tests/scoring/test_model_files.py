from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources

import pytest
from jsonschema import Draft202012Validator

from sync.core.activity import Kind, is_own_act
from sync.errors import ConfigError
from sync.scoring.model import Model, load_model

OwnModel = Callable[..., Model]
ModelFile = Callable[[str], str]

RULE = """
rules:
  - id: price
    axis: behaviour
    label: {en: Price, ja: 料金}
    acts: [{kinds: [page_view], page_tags: [pricing], points: 10}]
    cap: 10
"""


def problems(text: str, model_file: ModelFile) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_model(model_file(text))
    assert caught.value.text.ja != caught.value.text.en
    return caught.value.text.en.splitlines()[1:]


HEAD = """name: own
label: {en: Own, ja: 自社}
vocabulary: standard
bands: {hot: 80, nurture: 50}
hot: {attribute_floor: 10, engagement_floor: 10, distinct_acts: 2}
dormancy: {days: 90, mode: subtract, points: 50}
"""


def test_a_version_is_of_the_content_not_of_its_looks(model_file: ModelFile) -> None:
    plain = load_model(model_file(HEAD + RULE)).version
    dressed = "# a comment\n" + (HEAD + RULE).replace("\n", "\n\n").replace(
        "{hot: 80, nurture: 50}", "{nurture: 50,  hot: 80}"
    )
    assert load_model(model_file(dressed)).version == plain
    assert load_model(model_file(HEAD + RULE.replace("points: 10", "points: 11"))).version != plain
    assert plain.startswith("own-")


def test_a_name_as_long_as_allowed_fits_the_crm_field(model_file: ModelFile) -> None:
    text = (HEAD + RULE).replace("name: own", "name: " + "a" * 27)
    assert len(load_model(model_file(text)).version) == 40


def test_a_tag_of_the_file_replaces_the_vocabularys(own_model: OwnModel) -> None:
    content = "{tags: [{id: pricing, label: {en: P, ja: 料}, words: [teikaku]}]}"
    model = own_model(RULE, content=content)
    assert model.version != own_model(RULE).version
    tag = next(tag for tag in model.content.tags if tag.id == "pricing")
    assert tag.words.wanted == (" teikaku ",)
    assert any(tag.id == "seminar" for tag in model.content.tags)


def test_an_unknown_model_names_the_shipped_ones() -> None:
    with pytest.raises(ConfigError, match=r"neither a shipped model \(basic, .*starter"):
        load_model("basik")


def test_a_file_that_is_not_utf_8_says_so(tmp_path: object) -> None:
    path = tmp_path / "sjis.yaml"  # type: ignore[operator]
    path.write_bytes((HEAD + RULE).encode("cp932"))
    with pytest.raises(ConfigError, match="save it as UTF-8"):
        load_model(str(path))


def test_broken_yaml_names_the_line(model_file: ModelFile) -> None:
    (only,) = problems(HEAD + "rules:\n  - id: [a\n", model_file)
    assert only.startswith("- own.yaml, line ")
    assert "not valid YAML" in only


@pytest.mark.parametrize("text", ["", "just words", "[]", "- a\n- b\n"])
def test_a_file_of_something_else_is_refused(text: str, model_file: ModelFile) -> None:
    assert any("should be a group of keys" in line for line in problems(text, model_file))


@pytest.mark.parametrize(
    ("change", "to", "line", "says"),
    [
        ("points: 10}", "points: 10.0}", 12, "10.0 should be a whole number"),
        ("points: 10}", "points: true}", 12, "true should be a whole number"),
        ("points: 10}", "points: 101}", 12, "at most 100"),
        ("points: 10}", "pionts: 10, points: 10}", 12, "did you mean 'points'"),
        ("page_tags: [pricing]", "page_tags: [priceing]", 12, "did you mean 'pricing'"),
        ("kinds: [page_view]", "kinds: [page_veiw]", 12, "did you mean 'page_view'"),
        ("axis: behaviour", "axis: attribute", 10, "belongs to behaviour"),
        ("id: price", "id: Price", 9, "no valid id"),
        ("id: price", "id: clamp", 9, "reserved"),
        ("cap: 10", "cap: 0", 13, "at least 1"),
        ("cap: 10", "cap: 10\n    cap: 20", 14, "given twice"),
        ("hot: 80", "hot: 50", 4, "hot must be above nurture"),
        ("vocabulary: standard", "vocabulary: standrad", 3, "did you mean 'standard'"),
        ("name: own", "nme: own", 1, "did you mean 'name'"),
        ("label: {en: Price, ja: 料金}", "label: {en: Price}", 11, "'ja' is missing"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_line_and_remedy(
    change: str, to: str, line: int, says: str, model_file: ModelFile
) -> None:
    text = (HEAD + RULE).replace(change, to, 1)
    assert any(f"line {line}," in told and says in told for told in problems(text, model_file))


def test_all_mistakes_are_told_at_once(model_file: ModelFile) -> None:
    text = HEAD + RULE + RULE.replace("rules:\n", "").replace("pricing", "x1").replace("id: price", "id: price")
    text += """  - {id: empty, axis: activity, label: {en: E, ja: E}}
  - id: size
    axis: attribute
    label: {en: Size, ja: 規模}
    field: employees
    cap: 10
    buckets:
      - {id: a, any_of: [x], points: 1}
      - {id: b, from: 10, below: 10, points: 1}
      - {id: c, points: 1}
segments:
  - {id: s, label: {en: S, ja: S}, all: [{field: title, level: staff}], deltas: {prise: 5}}
"""
    told = "\n".join(problems(text, model_file))
    for part in ("used twice", "'x1'", "exactly one of", "any_of does not fit employees", "below must exceed",
                 "nothing is asked", "not possible with buckets", "did you mean 'price'"):  # fmt: skip
        assert part in told


def test_points_of_one_rule_go_one_way(model_file: ModelFile) -> None:
    text = HEAD + RULE.replace("points: 10}", "points: 10}, {kinds: [site_visit], points: -5}")
    assert any("one way" in line for line in problems(text, model_file))


def test_the_schema_is_a_schema_and_knows_every_own_act() -> None:
    schema = json.loads(resources.files("sync.scoring").joinpath("schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    own = {kind.value for kind in Kind if is_own_act(kind, "inbound")}
    assert set(schema["$defs"]["kinds"]["items"]["enum"]) == own


def test_basic_is_what_was_agreed(basic: Model) -> None:
    assert [rule.id for rule in basic.rules] == [
        "title",
        "industry",
        "employees",
        "pricing",
        "download",
        "seminar",
        "request",
        "comparison",
        "case_then_pricing",
        "active_days",
    ]
    assert (basic.hot_threshold, basic.nurture_threshold) == (80_000, 50_000)
    assert (basic.attribute_floor, basic.engagement_floor, basic.distinct_acts) == (10_000, 10_000, 2)
    assert (basic.dormancy.days, basic.dormancy.mode, basic.dormancy.points) == (90, "subtract", 50_000)


def test_starter_is_ten_flat_rules_of_ten_points() -> None:
    model = load_model("starter")
    assert len(model.rules) == 10
    for rule in model.rules:
        entries = getattr(rule, "buckets", None) or getattr(rule, "matchers", None) or (rule,)
        assert {entry.points for entry in entries} <= {0, 10_000}
