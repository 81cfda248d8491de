"""The audit log outlives a shopper's erasure, so it never names one, whatever people type and wherever they slip."""

import re

import pytest

from tests.harness import Json, World, said
from tests.stories.judge import read

NAMES = re.compile(r"\b(Jan|van|Dijk|Ada|Byron|doe|jane|Zebedee)\b")
MEANT = "The words cannot be read, and some may be meant."
SOME_WORDS = "No one is called so, and some words may be meant."
AMONG_SEVERAL = "Several shoppers may be meant, and none of them was chosen yet."


def logged(slack: World) -> list[tuple[str, str, str]]:
    """Kind, what was said, and why not: of each entry."""
    return [(one.kind, str(one.detail.get("said", "")), str(one.detail.get("reason", ""))) for one in slack.entries()]


def names_nobody(slack: World) -> bool:
    """Whether no entry has a name or an address in it."""
    return not any(NAMES.search(str(one.detail)) or "@" in str(one.detail) for one in slack.entries())


@pytest.mark.parametrize(
    ("line", "told", "entries"),
    [
        (
            "/shopper register jan@example.com Jan van Dijk",
            "Did you mean this?",
            [
                ("asked", "/shopper register email:[…] first_name:[…] last_name:[…] segments:[…]", ""),
                ("refused", "/shopper register email:[…] first_name:[…] last_name:[…] segments:[…]", MEANT),
            ],
        ),
        (
            "/shopper register Jan van Dijk",
            "it has to look like ada@example.com",
            [
                ("asked", "/shopper register email:[…] first_name:[…] last_name:[…]", ""),
                (
                    "refused",
                    "/shopper register email:[…] first_name:[…] last_name:[…]",
                    "Email: it has to look like [e-mail]",
                ),
            ],
        ),
        (
            '/segment add VIPs "Ada Byron <ada@x.com>"',
            "Not in the store: ada@x.com.",
            [
                ("asked", "/segment add segment:[…] shoppers:[…]", ""),
                ("refused", "/segment add segment:VIPs shoppers:[…]", "No shopper was recognised."),
            ],
        ),
        (
            '/segment add VIPs "doe, jane"@example.com',
            "The store cannot look up an email with a comma",
            [
                ("asked", "/segment add segment:[…] shoppers:[…]", ""),
                ("refused", "/segment add segment:VIPs shoppers:[…]", "No shopper was recognised."),
            ],
        ),
        (
            "/change list all page:1 Ada Byron",
            "I didn't expect “Ada Byron” here.",
            [("refused", "/change …", "There were more words than the command takes.")],
        ),
        (
            "/shopper Ada Byron",
            "No shopper matches “Ada Byron”. Did you mean “Ada”?",
            [("asked", "/shopper find words:[…]", ""), ("refused", "/shopper find words:[…]", SOME_WORDS)],
        ),
        ("/shopper help Ada Byron", "/shopper show <shopper>", [("answered", "/shopper help", "")]),
        (
            "/shopper show Ada Byron",
            "Whom did you mean by “Ada”",
            [
                ("asked", "/shopper show shopper:[…]", ""),
                ("refused", "/shopper show shopper:[…]", AMONG_SEVERAL),
            ],
        ),
    ],
)
async def test_names_that_people_type_are_answered_and_not_logged(
    slack: World, line: str, told: str, entries: list[tuple[str, str, str]]
) -> None:
    await slack.type(line)
    assert told in read(slack.messages()[-1])
    assert logged(slack) == entries
    assert names_nobody(slack)


async def test_a_change_that_is_spoilt_names_nobody_in_the_log(slack: World) -> None:
    email = slack.emails(1, inside="VIPs")[0]
    await slack.type(f"/segment remove VIPs #{slack.customer_id(email)} Ada Byron")
    assert "2 other words were left out: Ada and Byron." in read(slack.card(1))
    slack.drop_profile(email)
    await slack.press("Remove Shoppers", by="ben")
    assert "No longer possible" in said(slack.card(1))
    told = slack.whisper(by="ben", channel="#approvals")
    assert "Change 1 is no longer possible: 2 other words were left out: Ada and Byron." in told
    nobody = "There is nothing to do for those who are named."
    assert [entry for entry in logged(slack) if entry[2]] == [
        ("spoil", "", nobody),
        ("refused", "approve change 1", f"Change 1 is no longer possible: {nobody}"),
    ]
    assert names_nobody(slack)


async def test_a_form_whose_values_were_refused_is_on_record_without_names(slack: World) -> None:
    await slack.type("/shopper register")
    outcome = await slack.submit({"Email": "jan", "First name": "Jan", "Last name": "van Dijk"})
    assert outcome["errors"]["email"].startswith("Email: it has to look like ada@example.com.")
    assert logged(slack)[-1][:2] == (
        "refused",
        "/shopper register email:[…] first_name:[…] last_name:[…]",
    )


async def test_what_the_command_refuses_in_a_form_is_on_record_once(slack: World) -> None:
    await slack.type("/shopper show")
    outcome = await slack.submit({"Shopper": "Byron"})
    assert outcome["errors"]["shopper"] == (
        "1 word was left out: Byron. A shopper is an email, a customer id or a profile id."
    )
    assert logged(slack)[1:] == [
        ("asked", "/shopper show shopper:[…]", ""),
        ("refused", "/shopper show shopper:[…]", "No shopper was recognised."),
    ]


def complaint(field: str) -> Json:
    told = "'Zebedee' is not allowed for zebedee@example.com"
    return {"status": 422, "title": f"{field} {told}", "errors": {f"0.{field}": told}}


async def test_what_the_store_says_of_a_shopper_is_told_and_not_logged(slack: World) -> None:
    slack.store.faults.add("POST", "/customers", status=422, body=complaint("first_name"), times=None)
    await slack.type("/shopper register zebedee@example.com Zebedee Byron")
    assert "first_name 'Zebedee' is not allowed" in read(slack.card(1))
    (failed,) = [one.detail["result"] for one in slack.entries() if one.kind == "step failed"]
    assert failed.endswith("It answered 422 to POST customers, about 0.first_name.")
    assert names_nobody(slack)


async def test_the_stores_refusal_of_a_read_is_shown_and_not_logged(slack: World) -> None:
    slack.store.faults.add("GET", "/customers", status=422, body=complaint("email"), times=None)
    await slack.type("/shopper show zebedee@example.com")
    assert "email 'Zebedee' is not allowed" in slack.whisper()
    assert logged(slack)[-1][2].endswith("It answered 422 to GET customers, about 0.email.")
    assert names_nobody(slack)


def public(slack: World) -> str:
    """Everything that stands in a channel, as its guests read it."""
    seen = [*slack.messages(by="ben", channel="#approvals"), *slack.messages(by="ana")]
    return "\n".join(f"{one['text']}\n{read(one)}" for one in seen if not one["ephemeral"])


async def test_no_channel_reads_an_address_and_details_shows_each(slack: World) -> None:
    inside, outside = slack.emails(60, inside=""), "guest@example.com"
    for line in (
        f"/segment add VIPs {' '.join(inside)} {outside}",
        f"/shopper delete {inside[0]}",
        "/shopper register eve.moss@example.com Eve Moss VIPs",
        f"/segment create “For {inside[1]}”",
    ):
        await slack.type(line)
    await slack.press("Reject", by="ben", change=1)
    await slack.submit({"Reason": f"Ask {inside[2]} first."}, by="ben")
    told = public(slack)
    assert "@example.com" not in told
    assert f"Delete 1 shopper profile: {slack.named(inside[0])}\n" in told
    assert "Register a customer" in told
    assert "Reason: Ask [email] first." in told
    await slack.type("/change details 2", by="ben")
    assert inside[0] in slack.whisper(by="ben")


async def test_who_typed_an_address_reads_it_where_the_card_only_counts_it(slack: World) -> None:
    (inside,) = slack.emails(1, inside="")
    await slack.type(f"/segment add Lapsed {inside} guest@example.com")
    assert "Not in the store: [email]." in read(slack.card(1))
    assert "guest@example.com" in slack.whisper()
    assert "guest@example.com" not in public(slack)
    await slack.type(f"/segment add Reviewers {inside}")
    assert "change 2" not in slack.whisper()


async def test_details_names_people_to_who_asked_and_to_who_can_approve(slack: World) -> None:
    (one, two) = slack.emails(2, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two}", by="ben")
    for by in ("ben", "cleo"):
        await slack.type("/change details 1", by=by)
        assert one in slack.whisper(by=by)
    await slack.type("/change details 1", by="ana")
    assert slack.whisper() == "You can't see whom change 1 covers."
    await slack.type("/change except 1", by="ana")
    assert one not in read(slack.form())
    assert "You can't see whom change 1 covers." in read(slack.form())


@pytest.mark.parametrize(
    "line", ["/change list", "/change list all", "/change show 1", "/segment show VIPs", "/summary"]
)
async def test_whoever_may_not_see_whom_a_change_covers_reads_no_address(slack: World, line: str) -> None:
    (one,), guest = slack.emails(1, inside="VIPs"), "guest@example.com"
    await slack.type(f"/segment remove VIPs {one} {guest}", by="ben")
    for by, may_see in (("cleo", line != "/summary"), ("ana", False)):
        await slack.type(line, by=by)
        told = slack.whisper(by=by)
        assert "VIPs" in told
        assert (one in told) is may_see, told
        assert (guest in told) is (may_see and line == "/change show 1")
        assert slack.named(one) in told
