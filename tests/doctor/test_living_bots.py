"""Who lives on a ledger."""

from zoneinfo import ZoneInfo

from bot.doctor.living_bots import faults_of
from bot.ledger.ports.leases import LivingProcess
from bot.ledger.sql.schema_version import SCHEMA


def test_a_deploy_that_is_not_over_is_told_with_what_to_do_about_those_of_before() -> None:
    present, earlier = LivingProcess(None, SCHEMA, True), LivingProcess(None, SCHEMA - 1, True)
    assert not list(faults_of([present], ZoneInfo("UTC")))
    (beside,) = faults_of([present, earlier], ZoneInfo("UTC"))
    assert beside.told == f"1 bot of an earlier version lives: since a time not on record (schema {SCHEMA - 1})."
    assert "Finish the deploy" in beside.fix
