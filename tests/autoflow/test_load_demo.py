"""The command that loads the demonstration: what it refuses, and how it goes on after a kill."""

import pytest
from django.core.management import CommandError, call_command

from autoflow.demo.load import load
from autoflow.demo.plan import Plan, periods_done
from autoflow.demo.trades import TradeWriter
from usedcar.models import Trade


def test_load_demo_killed_halfway_is_finished_by_the_next_run(db, monkeypatch):
    write_month = TradeWriter.write_month

    def killed(writer, period, *args):
        if len(periods_done()) == 2:
            raise KeyboardInterrupt
        write_month(writer, period, *args)

    plan = Plan(enterprises=0, months=4, trades=80)
    monkeypatch.setattr(TradeWriter, "write_month", killed)
    with pytest.raises(KeyboardInterrupt):
        load(plan, lambda text: None)
    monkeypatch.undo()
    assert 0 < Trade.objects.count() < 80
    load(plan, lambda text: None)
    assert Trade.objects.count() == 80


def test_load_demo_refuses_production(settings):
    settings.SETTINGS_NAME = "autoflow.settings.base"
    with pytest.raises(CommandError, match="生产环境"):
        call_command("load_demo")


@pytest.mark.parametrize("option", ["--months=0", "--trades=-1", "--enterprises=-1"])
def test_load_demo_refuses_sizes_that_mean_nothing(option):
    with pytest.raises(CommandError):
        call_command("load_demo", option)
