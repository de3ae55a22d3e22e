"""MCP-03: the expected body of a healthy answer, as its whole text or as a value at a path of its JSON."""

import pytest

from fixtures.sources.body import is_expected


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("", "anything"),
        ("ok", "ok\n"),
        ("ok", " ok \r\n"),
        ("status ok", "status ok\n"),
        ("true", "true"),
        ("200", "200\n"),
        ("ok", '{"status":"ok"}'),
        ("ok", '{"Status":"ok","version":"1.2"}'),
        ("true", '{"healthy":true}'),
        ("ok", '"ok"'),
        ("all good", '"all good"'),
        ("[ok]", "[ok]"),
        ("$.status = ok", '{"status":"ok","database":"down"}'),
        ("$.checks.0.db=up", '{"checks":[{"db":"up"}]}'),
        ("$.ready = true", '{"ready":true}'),
        ('$.status = "ok"', '{"status":"ok"}'),
    ],
)
def test_a_healthy_answer_is_understood(expected: str, text: str) -> None:
    assert is_expected(expected, text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("ok", '{"status":"broken","database":"unreachable"}'),
        ("ok", '{"status":"broken","cache":"ok"}'),
        ("ok", '{"cache":"ok"}'),
        ("ok", '{"status":"broken","result":"ok"}'),
        ("ok", '{"status":{"cache":"ok"}}'),
        ("ok", '{"checks":[{"db":"ok"}]}'),
        ("ok", '["ok"]'),
        ("ok", "broken"),
        ("ok", "status ok"),
        ("ok", "ok: 3 of 9 services are down"),
        ("ok", "cache: not ok, service: ok"),
        ("ok", "ok\nbroken"),
        ("ok", "<html><title>ok</title>Bad gateway</html>"),
        ("ok", "OK"),
        ("ok", '{"status":"ok"'),
        ("ok", '"not ok"'),
        ("1", "true"),
        ("ok", "not-ok"),
        ("OK", "database: NOT OK"),
        ("ready", "service is not  ready"),
        ("ok", '{"ok":"no"}'),
        ("ok", '{"status":"not ok"}'),
        ("ok", ""),
        ("$.status = ok", '{"status":"broken"}'),
        ("$.status = ok", "ok"),
        ("$.status = ok", '{"state":{"status":"ok"}}'),
        ("$.ready = true", '{"ready":"false"}'),
        ("$.checks.7.db = up", '{"checks":[]}'),
        ("$.status = null", '{"status":null}'),
    ],
)
def test_an_answer_that_only_looks_like_it_is_not(expected: str, text: str) -> None:
    assert not is_expected(expected, text)
