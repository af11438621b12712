"""What must never reach a log line, however it gets into the event."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from sync.telemetry import configure_logging, mask, run_context

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    configure_logging("info", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("no contact taro.yamada@example.co.jp here", "taro"),
        ("見込み客 山田＠ではなく yamada@例え.jp です", "yamada"),
        ("GET /contacts?email=taro%40example.com&x=1", "taro"),
        ("Authorization: Bearer abc.def-123", "abc.def"),
        ("sent bearer AAAA-secret-BBBB to the vendor", "AAAA"),
        ("key pat-na1-11111111-2222-3333-4444-555555555555 refused", "11111111"),
        ("session 00D5g000004abcd!AQEAQ1_x.y.z expired", "AQEAQ1"),
        ("consumer 3MVG9lKcPoNINVBIPJjdw1J9LLM82HnFVVX", "lKcPoNI"),
        ("assertion eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl", "c2lnbmF0"),
        ("refresh_token=abc123&client_secret=zzz", "zzz"),
        ("{'access_token': 'CJTx9', 'expires_in': 1800}", "CJTx9"),
        ("digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "9f86d081"),
        ("postgresql://leadsync:hunter2@db/leads failed", "hunter2"),
        ("call +81 90-1234-5678 now", "5678"),
        ("call 03-1234-5678 now", "1234"),
        ("call 09012345678 now", "0901234"),
        ("電話 ０９０−１２３４−５６７８ ではなく 090ー1234ー5678", "090ー1234"),
        ("call (555) 123-4567 now", "4567"),
        ('{"firstname": "太郎", "id": 5}', "太郎"),
        ("rejected: LastName: 山田 太郎, Id: 003", "太郎"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----", "MIIEvQ"),
        ("[SQL: INSERT INTO people VALUES (?)]\n[parameters: ('太郎', [1], 'x')]\n(Background on ...)", "太郎"),
        ("unique constraint\nDETAIL:  Key (vendor)=(太郎) already exists.", "太郎"),
    ],
)
def test_personal_data_and_secrets_are_masked_in_any_text(text: str, gone: str) -> None:
    assert gone not in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "hubspot: read contacts answered 429 RATE_LIMIT; it will be tried again",
        "contact 12345678901 and lead 00Q5g00000ABCDEFGH are one person p0123456789abcdef",
        "2026-11-21T13:05:00+09:00 took 12.5 s, epoch 1795233900, millis 1795233900123",
        "POST /crm/v3/objects/contacts/batch/update at 127.0.0.1:8080",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        'File "/work/main/.venv/lib/python3.11/site-packages/urllib3/connectionpool.py", line 787, in urlopen',
        "basic starter, model basic approved",
        "name 'x' is not defined",
    ],
)
def test_what_an_operator_needs_stays_readable(text: str) -> None:
    assert mask(text) == text


def test_a_huge_text_is_cut_and_quick() -> None:
    assert len(mask("x" * 2_000_000)) < 40_000
    assert "a@b.jp" not in mask("y" * 30_000 + " a@b.jp")


def test_personal_keys_are_dropped_at_any_depth(lines: Lines) -> None:
    structlog.get_logger("sync.test").info(
        "page stored",
        system="hubspot",
        email="a@b.jp",
        firstName="太郎",
        detail={"payload": {"x": 1}, "token": "t", "rows": [{"Last-Name": "山田", "id": "5"}]},
    )
    (line,) = lines()
    assert line["detail"] == {"rows": [{"id": "5"}]}
    assert set(line) == {"timestamp", "level", "event", "system", "detail"}


def test_a_line_starts_with_time_level_and_event(lines: Lines) -> None:
    structlog.get_logger("sync.test").warning("held %s", 5)
    (line,) = lines()
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert (line["level"], line["event"]) == ("warning", "held 5")
    assert line["timestamp"].endswith("Z")


def test_an_exception_text_and_its_cause_are_masked(lines: Lines) -> None:
    log = structlog.get_logger("sync.test")
    try:
        try:
            raise ValueError("row of taro@example.jp")
        except ValueError as cause:
            raise RuntimeError("name='山田' token=abcd1234") from cause
    except RuntimeError as error:
        log.exception("job failed", error=error)
    (line,) = lines()
    assert "RuntimeError" in line["exception"]
    assert "test_redaction.py" in line["exception"]
    assert not any(word in json.dumps(line, ensure_ascii=False) for word in ("taro@", "山田", "abcd1234"))


def test_library_logs_take_the_same_way_from_warning_on(lines: Lines) -> None:
    log = logging.getLogger("urllib3.connectionpool")
    log.info("Starting new HTTPS connection to taro@example.jp")
    log.warning("Retrying %s", "taro@example.jp", extra={"email": "taro@example.jp", "attempt": 2})
    (line,) = lines()
    assert line["event"] == "Retrying [email]"
    assert line["logger"] == "urllib3.connectionpool"
    assert line["attempt"] == 2
    assert "email" not in line


def test_a_library_exception_is_masked_too(lines: Lines) -> None:
    try:
        raise ValueError("taro@example.jp")
    except ValueError:
        logging.getLogger("apscheduler").exception("Job raised")
    (line,) = lines()
    assert "ValueError: [email]" in line["exception"]


def test_a_broken_log_call_does_not_print_its_arguments(lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord("waitress", logging.ERROR, __file__, 1, "%d people", ("taro@example.jp",), None)
    # Past pytest's own handlers, which raise on such a record.
    (ours,) = [handler for handler in logging.getLogger().handlers if type(handler).__module__ == "sync.telemetry"]
    ours.handle(record)
    (line,) = lines()
    assert line == {"level": "error", "event": "log line lost", "logger": "waitress"}
    assert "taro" not in capsys.readouterr().err


def test_lines_within_a_run_carry_its_id(lines: Lines) -> None:
    log = structlog.get_logger("sync.test")
    with run_context(42):
        log.info("inside")
        logging.getLogger("alembic").warning("library inside")
    log.info("outside")
    assert [line.get("run_id") for line in lines()] == [42, 42, None]


def test_request_ids_and_versions_stay_whole(lines: Lines) -> None:
    request_id = "0a1b2c3d-1111-2222-3333-444455556666"
    structlog.get_logger("sync.test").info("refused", request_id=request_id, model_version="basic-" + "a1" * 20)
    (line,) = lines()
    assert line["request_id"] == request_id
    assert line["model_version"].startswith("basic-a1")


def test_debug_lines_appear_only_when_asked_for(lines: Lines) -> None:
    structlog.get_logger("sync.test").debug("quiet")
    assert lines() == []
    assert not logging.getLogger("sync.x").isEnabledFor(logging.DEBUG)
