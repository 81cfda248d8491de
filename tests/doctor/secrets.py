"""What must stand in no finding."""

from collections.abc import Iterable

from bot.doctor.findings import Finding
from tests.doctor.clinic import Clinic

SECRET = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "BIGCOMMERCE_ACCESS_TOKEN", "SEAL_KEY")
PASSWORD = "opensesame"
"""Of a database."""


def leaks(results: Iterable[Finding], clinic: Clinic) -> list[str]:
    """The names of secrets that a finding tells."""
    text = "\n".join(f"{one.told}\n{one.fix}" for one in results)
    given = {name: clinic.environment.get(name, "") for name in SECRET} | {"DATABASE": PASSWORD}
    return [name for name, value in given.items() if len(value) > 3 and value in text]
