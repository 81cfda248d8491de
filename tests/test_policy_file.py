"""The file that POLICY names: what it may say, and that all its faults are told at once, with where they stand."""

import re
from pathlib import Path

import pytest

from bot.core.approval.rule import DESTRUCTIVE, RULES, Rule
from bot.core.planning.steps import STEPS
from bot.policy_file import PolicyFile
from bot.settings import Settings, WrongSettings, load

ENVIRONMENT = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "BIGCOMMERCE_STORE_HASH": "abc",
    "BIGCOMMERCE_ACCESS_TOKEN": "token",
    "APPROVALS_CHANNEL": "C0APPROVALS",
    "APPROVERS": "UBEN",
}
ROOT = Path(__file__).parent.parent
RULE = '[[rules]]\nsteps = ["delete_segment"]\napprovals = 1\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "policy.toml"


def settings(file: Path | str, **others: str) -> Settings:
    return load(environment=ENVIRONMENT | {"POLICY": str(file)} | others, dotenv=None)


def policy(file: Path | str) -> PolicyFile | None:
    return settings(file).POLICY


def faults(file: Path | str, **others: str) -> list[str]:
    with pytest.raises(WrongSettings) as caught:
        settings(file, **others)
    return str(caught.value).splitlines()


def test_the_file_of_the_readme_is_read(file: Path) -> None:
    readme = (ROOT / "bot" / "README.md").read_text(encoding="utf-8")
    start = readme.index("    breakers = [")
    file.write_text(readme[start : readme.index("\n\nAn approval counts for each rule")], encoding="utf-8")
    managers = Rule(
        steps=("remove_members", "delete_segment"),
        share=0.5,
        live=True,
        approvals=2,
        approvers=frozenset({"S0MANAGERS"}),
    )
    hurting = Rule(steps=DESTRUCTIVE, approvals=1)
    breakers, auditors = frozenset({"U0HEAD"}), frozenset({"S0AUDIT"})
    adding = Rule(steps=("add_members",), shoppers=26, per="24h", approvals=1)
    assert policy(file) == PolicyFile(rules=(hurting, managers, adding), breakers=breakers, auditors=auditors)


def test_without_a_file_there_is_none() -> None:
    assert load(environment=ENVIRONMENT, dotenv=None).POLICY is None
    assert policy("") is None


def test_a_file_without_rules_keeps_those_that_hold_otherwise(file: Path) -> None:
    file.write_text('breakers = ["UHEAD", "SONCALL"]')
    assert policy(file) == PolicyFile(rules=RULES, breakers=frozenset({"UHEAD", "SONCALL"}))


def test_the_rules_of_a_file_take_the_place_of_the_others(file: Path) -> None:
    file.write_text(RULE)
    assert policy(file) == PolicyFile(rules=(Rule(steps=("delete_segment",), approvals=1),))


@pytest.mark.parametrize(
    ("content", "faults_told"),
    [
        ("rules = []", ("rules: there is none; leave rules out to keep the default ones",)),
        ("[[rules]]", ("rules.0.steps: Field required", "rules.0.approvals: Field required")),
        (RULE + "maximum = 3", ("rules.0.maximum: Extra inputs are not permitted",)),
        ("approvers = []", ("approvers: Extra inputs are not permitted",)),
        (
            RULE.replace("delete", "drop"),
            ("rules.0.steps: drop_segment: not a kind of step; the kinds are create_segment,",),
        ),
        (RULE.replace('["delete_segment"]', "[]"), ("rules.0.steps: Tuple should have at least 1 item",)),
        (RULE + RULE.replace("1", "3"), ("rules.1.approvals: Input should be less than or equal to 2",)),
        (RULE + "share = 2", ("rules.0.share: Input should be less than or equal to 1",)),
        (RULE + 'live = "sometimes"', ("rules.0.live: Input should be a valid boolean",)),
        (RULE + 'approvers = ["ben"]', ("rules.0.approvers: ben: not a user id (U…, W…) or user-group id (S…)",)),
        (RULE + 'requesters = ["#a"]', ("rules.0.requesters: #a: not a user id (U…, W…) or user-group id (S…)",)),
        ('breakers = ["head"]', ("breakers: head: not a user id (U…, W…) or user-group id (S…)",)),
        ('auditors = ["#log"]', ("auditors: #log: not a user id (U…, W…) or user-group id (S…)",)),
        ("auditors = 3", ("auditors: Input should be a valid frozenset",)),
        (RULE + 'per = "24h"', ("rules.0: per: it says during which time shoppers are counted",)),
        (
            RULE.replace("delete", "create") + "live = true",
            ("rules.0: live: this can never apply to create_segment; take one or the other out",),
        ),
        (RULE.replace("1", "0"), ("rules.0: approvals: delete_segment can never go without an approval",)),
        (
            'breakers = ["head"]\n'
            + RULE.replace("1", "3")
            + "share = 2\n"
            + RULE.replace("delete", "drop")
            + "odd = 1",
            (
                "breakers: head: ",
                "rules.0.approvals: ",
                "rules.0.share: ",
                "rules.1.steps: drop_segment: ",
                "rules.1.odd: ",
            ),
        ),
    ],
    ids=range(18),
)
def test_every_fault_is_told_at_once_with_where_it_stands(
    file: Path, content: str, faults_told: tuple[str, ...]
) -> None:
    file.write_text(content)
    (line,) = faults(file)
    assert line.startswith(f"POLICY: {file}: ")
    assert all(fault in line for fault in faults_told)
    assert line.endswith(". TOML file with the rules of approval.")
    assert len(re.findall(r"; [a-z0-9.]+: ", line)) == len(faults_told) - 1


def test_a_kind_that_does_not_exist_is_told_with_those_that_do(file: Path) -> None:
    file.write_text(RULE.replace("delete_segment", "delete_segments"))
    (line,) = faults(file)
    assert f"delete_segments: not a kind of step; the kinds are {', '.join(STEPS)}" in line


@pytest.mark.parametrize("content", ["[[rules]\n", "rules = [", "= 1", "breakers = U0HEAD"])
def test_what_is_no_toml_is_told_with_the_line_at_fault(file: Path, content: str) -> None:
    file.write_text(content)
    (line,) = faults(file)
    assert line.startswith(f"POLICY: {file} is not TOML (")
    assert "at line 1, column" in line or "at end of document" in line


def test_what_is_no_text_is_told(file: Path) -> None:
    file.write_bytes(b'breakers = ["\xff"]')
    (line,) = faults(file)
    assert line.startswith(f"POLICY: {file} is not TOML (")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert faults(tmp_path / "none.toml") == [
        f"POLICY: {tmp_path / 'none.toml'} cannot be read (No such file or directory). "
        "TOML file with the rules of approval."
    ]
    assert faults(tmp_path)[0].startswith(f"POLICY: {tmp_path} cannot be read (Is a directory).")


def test_the_faults_of_the_file_are_told_beside_those_of_other_settings(file: Path) -> None:
    file.write_text(RULE.replace("1", "3"))
    told = faults(file, TIMEZONE="Mars", APPROVAL_HOURS="0")
    assert [line.split(":")[0] for line in told] == ["APPROVAL_HOURS", "POLICY", "TIMEZONE"]
