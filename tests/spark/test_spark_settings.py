"""Scoring on Spark is taken where pyspark is installed, with an address that it can use."""

from __future__ import annotations

import pytest

from config.settings import load_settings
from sync.errors import ConfigError


@pytest.mark.parametrize("remote", ["", "sc://cluster:15002", "local[2]"])
def test_scoring_may_run_on_spark(remote: str) -> None:
    values = {"LEADSYNC_ENGINE": "spark", **({"LEADSYNC_SPARK__REMOTE": remote} if remote else {})}
    assert load_settings(values, None).settings.engine == "spark"


def test_an_address_that_spark_cannot_use_is_refused() -> None:
    with pytest.raises(ConfigError, match="LEADSYNC_SPARK__REMOTE"):
        load_settings({"LEADSYNC_ENGINE": "spark", "LEADSYNC_SPARK__REMOTE": "https://cluster"}, None)
