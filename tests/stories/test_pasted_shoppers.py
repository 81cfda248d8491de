"""What people paste for shoppers is read as it was meant, or asked about; and what nobody knew is not logged."""

import pytest

from tests.harness import World, buttons, filled, said
from tests.stories.judge import read

ROW = "{email}\tAlma\tMoss\t4 Main St Springfield IL 62701 US\t(202) 555-0143\t5\t1,024\t2024-05-14 09:34:00"
NUMBERS = [4, 5, 62701, 202, 555, 1, 24, 1024]


def alma(slack: World) -> str:
    """Somebody who can be added, while customers have the numbers beside her address."""
    email = "alma.moss@example.com"
    slack.register(email, "Alma", "Moss")
    slack.give_profiles(email)
    return email


@pytest.mark.parametrize(
    "dress",
    [
        "\u200b{}",
        "al\u00adma.moss@example.com\ufeff",
        "\u202a{}\u202c,",
        "\u00a0‘{}’.",
        "MailTo:{}",
        "Alma Moss <{}>; ",
        "<mailto:{0}|Alma>",
        "customer_id,email\n4,{}\n",
    ],
)
async def test_an_address_is_found_however_it_is_dressed(slack: World, dress: str) -> None:
    email = alma(slack)
    await slack.type(f"/segment add VIPs {dress.format(email)}")
    assert "Add 1 shopper to VIPs" in said(slack.card(1))
    assert slack.profile_id(email) in slack.members("VIPs")
    assert slack.sizes()["VIPs"] == 41


async def test_an_address_is_registered_without_what_nobody_sees(slack: World) -> None:
    await slack.type("/shopper register \u200bnew@example.com\u200d Ida Frey")
    assert slack.customers_called("new@example.com") == 1
    await slack.type("/shopper register")
    await slack.submit({"Email": "\ufeffmailto:other@exam\u00adple.com.", "First name": "Ida", "Last name": "Frey"})
    assert slack.customers_called("other@example.com") == 1


async def test_a_phone_number_beside_an_address_is_no_customer(slack: World) -> None:
    email = alma(slack)
    await slack.type(f"/segment add VIPs {email} (202) 555-0143")
    assert "Add 1 shopper to VIPs" in said(slack.card(1))
    assert "1 other word was left out: (202) 555-0143." in read(slack.card(1))
    assert slack.sizes()["VIPs"] == 41


async def test_numbers_beside_an_address_are_asked_about_and_nothing_is_done(slack: World) -> None:
    email = alma(slack)
    await slack.type(f"/segment add VIPs {ROW.format(email=email)}")
    assert not slack.writes()
    assert slack.whisper() == (
        "Are 4, 62701 and 5 customers? Beside other words, a number counts as a customer id only as #4. "
        "Nothing was done yet. Leave the Numbers Out They Are Customers"
    )
    await slack.press("Leave the Numbers Out", by="ana", channel="#segments")
    assert "Add 1 shopper to VIPs" in said(slack.card(1))
    assert slack.sizes()["VIPs"] == 41


@pytest.mark.parametrize("between", [", ", "\n", "; Rank "])
async def test_numbers_that_may_count_a_list_are_asked_about(slack: World, between: str) -> None:
    ada, ben = slack.emails(2, outside="VIPs")
    await slack.type(f"/segment add VIPs #1 {ada}{between}#2: {ben}")
    assert not slack.writes()
    assert slack.whisper().startswith("Are 1 and 2 customers?")
    await slack.press("Leave the Numbers Out", by="ana", channel="#segments")
    assert slack.sizes()["VIPs"] == 42


async def test_numbers_that_may_count_a_list_can_be_customers(slack: World) -> None:
    meant, ada, ben = slack.emails(3, outside="VIPs")
    one = slack.customer_id(meant)
    await slack.type(f"/segment add VIPs #{one} {ada}, #{one + 1} {ben}")
    await slack.press("They Are Customers", by="ana", channel="#segments")
    assert slack.profile_id(meant) in slack.members("VIPs")


async def test_numbers_of_orders_that_are_left_out_are_no_customers(slack: World) -> None:
    member, *others = slack.emails(3, inside="VIPs")
    one, two = map(slack.customer_id, others)
    await slack.type(f"/segment remove VIPs {member} orders #{one}, #{two}")
    assert slack.whisper().startswith(f"Are {one} and {two} customers?")
    await slack.press("Leave the Numbers Out", by="ana", channel="#segments")
    assert "Remove 1 of 40 shoppers from VIPs" in read(slack.card(1))
    await slack.type(f"/segment remove VIPs Order #\tContact\n#{two}\t{others[0]}\n#{one}\tnobody@example.com")
    assert "Remove 1 of 40 shoppers from VIPs" in read(slack.card(2))


async def test_a_row_under_a_header_may_name_several_and_a_quote_takes_no_other_row(slack: World) -> None:
    one, two, three = slack.emails(3, inside="VIPs")
    await slack.type(f"/segment remove VIPs Email:\n{one}, {two}")
    assert "Remove 2 of 40 shoppers from VIPs" in read(slack.card(1))
    await slack.type(f'/segment remove VIPs Email\tName\n{one}\t"Ada\n{two}\tBen\n{three}\tCleo')
    assert "Remove 3 of 40 shoppers from VIPs" in read(slack.card(2))


async def test_who_is_excepted_behind_many_named_people_or_under_a_header_is_asked_about(slack: World) -> None:
    *members, kept = slack.emails(7, inside="VIPs")
    people = ", ".join(f"{slack.named(one)} {one}" for one in members)
    for line in (f"{people}, but not {slack.named(kept)} {kept}", f"Email:\n{members[0]}\nbut not {kept}"):
        await slack.type(f"/segment remove VIPs {line}")
        assert slack.whisper().startswith("“but” leaves someone out")
    await slack.type(f"/shopper delete Email:\n{members[0]}\nkeep {kept}")
    assert slack.whisper().startswith("“keep” leaves someone out")
    await slack.type(f"/segment add Reviewers {people}, until Friday 9am")
    assert slack.whisper().startswith("Only an addition can end by itself")
    assert not slack.cards(1)
    assert not slack.writes()


async def test_numbers_become_customers_where_people_say_so(slack: World) -> None:
    email, other = alma(slack), slack.emails(1, outside="VIPs")[0]
    await slack.type(f"/segment add VIPs {email} {slack.customer_id(other)}")
    assert buttons(slack.messages()[-1]) == ["Leave the Numbers Out", "It Is a Customer"]
    await slack.press("It Is a Customer", by="ana", channel="#segments")
    assert {slack.profile_id(email), slack.profile_id(other)} <= slack.members("VIPs")


async def test_a_form_that_leaves_something_open_is_asked_about_with_buttons(slack: World) -> None:
    email = alma(slack)
    await slack.type("/segment add VIPs")
    assert "errors" not in await slack.submit({"Shoppers": f"{email}\n17"})
    assert slack.form() is None
    assert slack.whisper().startswith("Is 17 a customer?")
    assert not slack.writes()
    await slack.press("Leave the Numbers Out", by="ana", channel="#segments")
    assert slack.profile_id(email) in slack.members("VIPs")


async def test_a_name_in_a_form_that_several_have_is_one_click(slack: World) -> None:
    email = alma(slack)
    slack.register("alma.other@example.com", "Alma", "Mossman")
    await slack.type("/segment add VIPs")
    await slack.submit({"Shoppers": "Alma Moss"})
    assert slack.whisper().startswith("Whom did you mean by “Alma Moss”")
    assert not slack.writes()
    await slack.press(f"Alma Moss ({email})", by="ana", channel="#segments")
    assert slack.profile_id(email) in slack.members("VIPs")


async def test_a_list_in_a_form_that_no_button_holds_is_asked_about_there(slack: World) -> None:
    guests = "\n".join(f"guest.{number}@example.com" for number in range(100))
    await slack.type("/segment add VIPs")
    outcome = await slack.submit({"Shoppers": f"{guests}\n17"})
    assert outcome["errors"]["shoppers"].startswith("Is 17 a customer?")
    assert slack.form()


async def test_an_edit_that_leaves_something_open_is_asked_about_in_its_form(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/segment remove VIPs {email}")
    await slack.press("Edit", by="ana")
    outcome = await slack.submit({"Shoppers": f"{email}\n17"})
    assert outcome["errors"]["shoppers"].startswith("Is 17 a customer?")


async def test_words_that_name_nobody_take_one_line_of_a_card(slack: World) -> None:
    words = [f"word{letter}{number}" for letter in "abcdefg" for number in range(10)]
    await slack.type(f"/segment add VIPs {alma(slack)} {' '.join(words)}")
    told = "70 other words were left out: worda0, worda1, worda2 and 67 more. Details lists them."
    assert told in read(slack.card(1))
    assert "wordg9" not in read(slack.card(1))
    await slack.type("/change details 1")
    assert all(word in slack.whisper() for word in words)


async def test_a_name_offers_whom_it_may_mean(slack: World) -> None:
    email = alma(slack)
    slack.register("alma.other@example.com", "Alma", "Mossman")
    await slack.type("/segment add VIPs Alma Moss")
    assert slack.whisper().startswith("Whom did you mean by “Alma Moss”: Alma Moss (alma.moss@example.com) #")
    assert not slack.writes()
    assert buttons(slack.messages()[-1]) == [
        "Alma Moss (alma.moss@example.com)",
        "Alma Mossman (alma.other@example.com)",
    ]
    await slack.press("Alma Moss (alma.moss@example.com)", by="ana", channel="#segments")
    assert slack.profile_id(email) in slack.members("VIPs")


@pytest.mark.parametrize(
    "line",
    [
        "/segment add VIPs 2025550143",
        "/segment remove VIPs 2025550143",
        "/shopper show 2025550143",
        "/shopper delete 2025550143 2025550144",
        "/change show 2025550143",
        "/change undo 202555014",
        "/audit show 202555014",
        "/audit recent shopper:2025550143",
        "/segment show 2025550143",
        "/promotion show 2025550143",
    ],
)
async def test_a_phone_number_in_the_place_of_an_id_is_not_logged(slack: World, line: str) -> None:
    await slack.type(line, by="cleo")
    entries = slack.entries()
    assert entries
    assert not any("202555" in f"{one.detail} {one.subjects} {one.command}" for one in entries)


@pytest.mark.parametrize(
    "phone", ["(202) 555-7946", "+44 20 7946 0958", "+44 (0)20 7946 0958", "020 7946 0958", "555 7946", "202 555 7946"]
)
async def test_a_group_of_digits_like_a_phone_number_is_told_whole(slack: World, phone: str) -> None:
    await slack.type(f"/segment add VIPs {alma(slack)} {phone}")
    assert f"1 other word was left out: {phone}." in read(slack.card(1))
    assert slack.sizes()["VIPs"] == 41


async def test_two_numbers_that_may_be_a_phone_number_are_asked_about(slack: World) -> None:
    await slack.type("/segment add VIPs 111 1234")
    assert slack.whisper().startswith("Are 111 and 1234 customers?")
    assert not slack.writes()


@pytest.mark.parametrize("between", ["; ", "\n", ";\n"])
async def test_a_name_with_a_comma_before_an_address_belongs_to_it(slack: World, between: str) -> None:
    slack.register("ben@example.com", "Ben", "van Dijk")
    await slack.type(f"/segment add VIPs Moss, Alma <{alma(slack)}>{between}van Dijk, Ben <ben@example.com>")
    assert "Add 2 shoppers to VIPs" in read(slack.card(1))
    assert "left out" not in read(slack.card(1))


@pytest.mark.parametrize(
    "names", ["Alma Moss, Ben Cohn", "Alma Moss and Ben Cohn", "shoppers:Alma Moss, Ben Cohn", "Moss, Alma; Cohn, Ben"]
)
async def test_several_names_offer_all_whom_they_mean(slack: World, names: str) -> None:
    alma(slack)
    slack.register("ben@example.com", "Ben", "Cohn")
    await slack.type(f"/segment add VIPs {names}")
    assert slack.whisper().startswith("Whom did you mean by “")
    assert not slack.writes()


async def test_names_are_taken_together_and_one_that_several_have_is_asked_first(slack: World) -> None:
    email, ben = alma(slack), slack.register("ben@example.com", "Ben", "Cohn")
    slack.register("ben.cohn@example.com", "Ben", "Cohn")
    await slack.type("/segment add VIPs Alma Moss, Ben Cohn, Zyx Nobody")
    assert slack.whisper().startswith(f"Whom did you mean by “Ben Cohn”: Ben Cohn (ben@example.com) #{ben} and ")
    await slack.press("Ben Cohn (ben@example.com)", by="ana", channel="#segments")
    assert slack.whisper().startswith("Whom did you mean by “Alma Moss”: ")
    await slack.press("Alma Moss (alma.moss@example.com)", by="ana", channel="#segments")
    assert "Add 2 shoppers to VIPs" in read(slack.card(1))
    assert "2 other words were left out: Zyx and Nobody." in read(slack.card(1))
    assert slack.profile_id(email) in slack.members("VIPs")


async def test_a_name_beside_an_address_is_asked_about_and_may_be_left_out(slack: World) -> None:
    email, (other,) = alma(slack), slack.emails(1, outside="VIPs")
    await slack.type(f"/segment add VIPs {other}, Alma Moss")
    assert buttons(slack.messages()[-1]) == [f"Alma Moss ({email})", "Leave “Alma Moss” Out"]
    await slack.press("Leave “Alma Moss” Out", by="ana", channel="#segments")
    assert "Add 1 shopper to VIPs" in said(slack.card(1))
    await slack.type(f"/segment add Newsletter Alma Moss {email}")
    assert "Add 1 shopper to Newsletter" in said(slack.card(2))


async def test_a_segment_among_the_shoppers_is_asked_about(slack: World) -> None:
    email = alma(slack)
    await slack.type(f"/segment add VIPs {email} and Coffee lovers")
    assert slack.whisper().startswith("“Coffee lovers” is a segment. Which do you mean? Nothing was done yet.")
    assert buttons(slack.messages()[-1]) == ["VIPs and Coffee lovers", "Only VIPs"]
    before = slack.sizes()
    await slack.press("VIPs and Coffee lovers", by="ana", channel="#segments")
    assert (slack.sizes()["VIPs"], slack.sizes()["Coffee lovers"]) == (41, before["Coffee lovers"] + 1)
    await slack.type(f"/segment remove VIPs {email} Coffee lovers")
    await slack.press("Only VIPs", by="ana", channel="#segments")
    assert "Remove 1 of 41 shoppers from VIPs" in read(slack.card(2))


async def test_what_was_asked_and_answered_is_not_asked_again_at_approval(slack: World) -> None:
    (member,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/segment remove VIPs {member} Later, Alma Moss")
    slack.put("Later")
    alma(slack)
    await slack.press("Remove Shoppers", by="ben")
    assert slack.sizes()["VIPs"] == 39


async def test_shoppers_are_chosen_by_name_in_a_form_beside_a_pasted_list(slack: World) -> None:
    email, other = alma(slack), slack.emails(1, outside="VIPs")[0]
    await slack.type("/segment add VIPs")
    offered = await slack.suggest("alma mos", field="shoppers-found", action="shopper-search")
    assert offered == ["Alma Moss"]
    await slack.submit({"Find by name": "Alma Moss", "Shoppers": other})
    assert {slack.profile_id(email), slack.profile_id(other)} <= slack.members("VIPs")
    assert not any("Moss" in str(one.detail) for one in slack.entries())


async def test_a_form_without_any_shopper_says_so(slack: World) -> None:
    await slack.type("/segment add VIPs")
    outcome = await slack.submit({})
    assert outcome["errors"] == {"shoppers": "Shopper is missing."}
    await slack.type("/shopper show")
    assert await slack.suggest("zzz", field="shopper-found", action="shopper-search") == []
    assert (await slack.submit({}))["errors"] == {"shopper": "Shopper is missing."}


async def test_what_a_line_was_read_as_is_what_its_form_shows(slack: World) -> None:
    """The words alone could be a segment “Coffee” and somebody called “lovers …”."""
    (email,) = slack.emails(1, inside="Coffee lovers")
    await slack.type(f"/segment remove Coffee lovers {email}")
    await slack.press("Edit", by="ana")
    assert filled(slack.form(), "segment") == ["Coffee lovers"]
    assert filled(slack.form(), "shoppers") == email
