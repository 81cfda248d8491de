"""Shoppers: seen, given profiles, registered and deleted; the good days and the bad ones."""

import asyncio
import json
from typing import Any

import pytest

from tests.harness import Json, World, buttons, filled, said
from tests.stories.judge import read

MEMBERS = "/segments/{id}/shopper-profiles"
NOBODY = "00000000-0000-4000-8000-000000000000"
BOTH_CAUSES = ("the store's plan lacks customer segmentation", "the bot's token lacks a scope")


def forbids(text: str) -> bool:
    """Whether a sentence names both reasons why BigCommerce may have said 403."""
    return all(cause in text for cause in BOTH_CAUSES)


def promotions_in(message: Json) -> list[str]:
    """The rows of a table, each as one line."""
    (table,) = [block for block in message["blocks"] if block["type"] in ("table", "data_table")]
    return [" | ".join(read(cell) for cell in row) for row in table["rows"][1:]]


def fresh(slack: World, *segments: str) -> str:
    """Somebody who is in exactly these segments; their e-mail."""
    email = f"in.{len(segments)}@example.com"
    slack.register(email, "Ida", "Frey")
    slack.give_profiles(email)
    for name in segments:
        slack.join(name, email)
    return email


# Seeing one


async def test_a_shopper_is_shown_by_email_by_customer_id_and_by_profile_id(slack: World) -> None:
    email = fresh(slack, "VIPs", "Lapsed")
    for word in (
        email,
        email.upper(),
        slack.customer_id(email),
        f"#{slack.customer_id(email)}",
        slack.profile_id(email),
    ):
        await slack.type(f"/shopper show {word}")
        told = read(slack.messages()[-1])
        assert f"Ida Frey ({email})" in told
        assert told.endswith(f"\nCustomer {slack.customer_id(email)} · profile {slack.profile_id(email)}")
        assert "Segments: VIPs, Lapsed" in told
        steps = ["Add to Segment", "Remove from Segment", "Delete Profile"]
        assert buttons(slack.messages()[-1]) == [*steps, "Why in VIPs", "Why in Lapsed"]
    assert not slack.writes()


async def test_which_promotions_reach_a_shopper_is_told_with_the_reason(slack: World) -> None:
    email = fresh(slack, "VIPs")
    await slack.type(f"/shopper show {email}")
    assert promotions_in(slack.messages()[-1]) == [
        "VIP early access | shoppers in VIPs",
    ]
    assert "Once they are live, these reach them, too: Gift wrap on us (off)." in read(slack.messages()[-1])
    assert "Judged by segments alone; a promotion may ask for more" in slack.whisper()


async def test_who_has_no_profile_is_told_what_would_make_one(slack: World) -> None:
    (email,) = slack.emails_without_profile(1)
    await slack.type(f"/shopper show {email}")
    told = read(slack.messages()[-1])
    assert "Profile: none yet; adding them to a segment creates one" in told
    assert "Segments: none" in told
    assert promotions_in(slack.messages()[-1]) == ["Free shipping over 40 | shoppers in neither VIPs nor Wholesale"]
    assert buttons(slack.messages()[-1]) == ["Add to Segment", "Create Profile"]


async def test_whom_no_promotion_reaches_is_told_so(slack: World) -> None:
    email = fresh(slack, "Wholesale")
    with slack.store.shop.db as db:
        db.execute("DELETE FROM promotions WHERE json_extract(document, '$.name') <> 'VIP early access'")
    await slack.type(f"/shopper show {email}")
    assert "No live promotion reaches them." in slack.whisper()


async def test_a_token_that_may_not_read_promotions_still_shows_the_shopper(slack: World) -> None:
    slack.store.scopes = {"store_v2_customers"}
    email = fresh(slack, "VIPs")
    await slack.type(f"/shopper show {email}")
    assert "Segments: VIPs" in read(slack.messages()[-1])
    assert "cannot be read: the token lacks store_v2_marketing_read_only" in slack.whisper()


async def test_the_form_to_show_a_shopper_refuses_unknown_ones_in_place(slack: World) -> None:
    await slack.type("/shopper show")
    for word in ("guest@example.com", "999999", NOBODY):
        outcome = await slack.submit({"Shopper": word})
        assert outcome["errors"]["shopper"].startswith(f"Not in the store: {word}.")
    outcome = await slack.submit({"Shopper": "Xyzzy"})
    assert outcome["errors"]["shopper"].startswith("1 word was left out: Xyzzy.")
    (email,) = slack.emails(1)
    await slack.submit({"Shopper": f"<{email}>;"})
    assert slack.form() is None
    assert email in slack.whisper()


async def test_of_several_shoppers_show_asks_for_one(slack: World) -> None:
    await slack.type("/shopper show 17 18")
    emails = [row["email"] for row in slack.store.shop.rows("SELECT email FROM customers WHERE id IN (17, 18)")]
    one, two = map(slack.called, emails)
    assert slack.whisper().startswith(f"Whom did you mean: {one} #17 and {two} #18? Nothing was done yet.")
    await slack.press(two, by="ana", channel="#segments")
    assert "Customer 18" in read(slack.messages()[-1])


async def test_a_shopper_who_is_no_word_at_all_is_missing(slack: World) -> None:
    await slack.type("/shopper show ;")
    assert "Which shoppers?" in slack.whisper()


async def test_a_profile_whose_customer_is_gone_is_told(slack: World) -> None:
    (email,) = slack.emails(1)
    profile = slack.profile_id(email)
    async with slack.meanwhile(
        slack.client.type("ana", "#segments", f"/shopper show {profile}"), "GET", "/shopper-profiles"
    ):
        slack.drop_profile(email)
    assert slack.whisper() == f"The profile {profile} no longer belongs to a customer."


async def test_why_they_are_in_each_segment_is_told_from_a_menu(slack: World) -> None:
    email = fresh(slack, "VIPs", "Lapsed")
    await slack.type(f"/shopper show {email}")
    await slack.press("Why in Lapsed", by="ana", channel="#segments")
    assert slack.whisper().startswith(f"Ida Frey ({email}) is in Lapsed")


async def test_of_many_segments_it_is_asked_which_is_to_be_explained(slack: World) -> None:
    email = fresh(slack, *list(slack.sizes())[:6])
    await slack.type(f"/shopper show {email}")
    assert buttons(slack.messages()[-1])[3:] == ["Why in a Segment"]
    await slack.press("Why in a Segment", by="ana", channel="#segments")
    assert filled(slack.form(), "shopper") == f"#{slack.customer_id(email)}"


async def test_the_buttons_of_show_lead_on(slack: World) -> None:
    email = fresh(slack, "VIPs")
    await slack.type(f"/shopper show {email}")
    shown = slack.messages()[-1]["ts"]
    for button, size in (("Add to Segment", 65), ("Remove from Segment", 64)):
        await slack.client.press("ana", "#segments", button, ts=shown)
        await slack.settled()
        assert filled(slack.form(), "shoppers") == str(slack.customer_id(email))
        assert "1 shopper recognised: 1 customer id." in read(slack.form())
        await slack.submit({"Segments": ["Lapsed"]})
        assert slack.form() is None
        if button == "Remove from Segment":
            await slack.press("Remove Shoppers", by="ben")
        assert slack.sizes()["Lapsed"] == size
    await slack.client.press("ana", "#segments", "Delete Profile", ts=shown)
    await slack.settled()
    assert "Delete 1 shopper profile" in said(slack.card(3))
    await slack.press("Delete Profiles", by="ben", change=3)
    assert slack.profile_id(email) is None
    await slack.client.press("ana", "#segments", "Delete Profile", ts=shown)
    await slack.settled()
    assert slack.whisper() == f"Without a profile: {slack.called(email)}."


async def test_what_is_in_quotes_and_marks_pings_nobody(slack: World) -> None:
    slack.register("evil@example.com", "<!channel>", "*Bold* `rm`")
    await slack.type("/shopper show evil@example.com")
    assert "<!channel> *Bold* `rm` (evil@example.com)" in read(slack.messages()[-1]).replace("\ue000", "")
    await slack.type("/segment add VIPs evil@example.com")
    assert "<!channel> *Bold*" in read(slack.card(1))


# Finding some


async def test_shoppers_are_found_by_parts_of_their_names(slack: World) -> None:
    for email, first, last in (
        ("z1@example.com", "Zelda", "Quux"),
        ("z2@example.com", "Anna Zelda", "Quuxley"),
        ("z3@example.com", "Zelda", "Byron"),
    ):
        slack.register(email, first, last)
    await slack.type("/shopper find  quux zelda")
    assert promotions_in(slack.messages()[-1]) == [
        f"Zelda Quux | z1@example.com | {slack.customer_id('z1@example.com')} | 0",
        f"Anna Zelda Quuxley | z2@example.com | {slack.customer_id('z2@example.com')} | 0",
    ]
    assert slack.whisper().startswith("2 shoppers found")
    await slack.press("Show Zelda Quux", by="ana", channel="#segments")
    assert slack.whisper().startswith("Zelda Quux (z1@example.com)")


@pytest.mark.parametrize("words", ["zeld", "Z.Quux@example.com", "Quux, Zelda", "#{}", "{}"])
async def test_the_only_shopper_who_is_found_is_shown(slack: World, words: str) -> None:
    id_ = slack.register("z.quux@example.com", "Zelda", "Quux")
    await slack.type(f"/shopper find {words.format(id_)}")
    assert f"Customer {id_}" in read(slack.messages()[-1])


@pytest.mark.parametrize(
    ("field", "words"), [("phone", "(202) 555-0143"), ("phone", "2025550199"), ("company", "Quux & Co")]
)
async def test_a_shopper_is_found_by_phone_and_by_company(slack: World, field: str, words: str) -> None:
    id_ = slack.register("z.quux@example.com", "Zelda", "Quux")
    with slack.store.shop.db as db:
        db.execute("UPDATE customers SET document = ? WHERE id = ?", (json.dumps({field: words}), id_))
    await slack.type(f"/shopper find {words}")
    assert f"Customer {id_}" in read(slack.messages()[-1])


async def test_of_very_many_who_are_found_the_first_are_shown(slack: World) -> None:
    for number in range(51):
        slack.register(f"z{number}@example.com", "Zelda", "Quux")
    await slack.type("/shopper find quux")
    assert slack.whisper().startswith("50 shoppers found")
    assert "Only 50 are shown: type more of the name." in read(slack.messages()[-1])


async def test_whom_nobody_finds_is_told_and_not_logged(slack: World) -> None:
    await slack.type("/shopper find Xyzzy, Plugh")
    assert slack.whisper().startswith("No shopper matches “Xyzzy, Plugh”.")
    await slack.type("/shopper find Lapsed")
    assert "Show Segment: Lapsed" in slack.whisper()
    assert not any("yzzy" in str(one.detail) for one in slack.entries())


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("find hunt Plughson", ["Find Shoppers: Plughson"]),
        ("hunt Plughson Xyz", ["Find Shoppers: Plughson"]),
        ("find Plughson or Ada", ["Find Shoppers: Plughson", "Find Shoppers: Ada"]),
        ('find "plughson"', []),
    ],
)
async def test_words_beside_a_name_are_asked_about(slack: World, line: str, meant: list[str]) -> None:
    await asked_about(slack, line, meant)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("find eve at plugh dot org", ["Find Shoppers: eve@plugh.org"]),
        ("show eve at plugh dot org", ["Yes, eve@plugh.org"]),
        ("delete eve (at) plugh.org", []),
    ],
)
async def test_an_address_in_words_is_asked_about(slack: World, line: str, meant: list[str]) -> None:
    await asked_about(slack, line, meant)


async def asked_about(slack: World, line: str, meant: list[str]) -> None:
    slack.register("eve@plugh.org", "Eve", "Plughson")
    await slack.type(f"/shopper {line}")
    offered = [one for one in buttons(slack.messages()[-1]) if one.startswith(("Find", "Yes"))]
    assert offered == meant
    assert "Plughson" in slack.whisper() or "eve@plugh.org" in slack.whisper()
    if meant:
        await slack.press(meant[0], by="ana", channel="#segments")
        assert slack.whisper().startswith("Eve Plughson")


# Creating profiles


async def test_profiles_are_created_for_those_without_and_the_others_are_told(slack: World) -> None:
    one, two = slack.emails_without_profile(2)
    (having,) = slack.emails(1)
    await slack.type(f"/shopper create {one}, #{slack.customer_id(two)} {having} guest@example.com foo")
    card = read(slack.card(1))
    assert "Create 2 shopper profiles" in card
    assert f"Already with a profile: {slack.named(having)}." in card
    assert "Not in the store: [email]. Guests have no profile until `/shopper register`." in card
    assert "1 other word was left out: foo." in card
    assert "needs no approval" in card
    assert slack.profile_id(one)
    assert slack.profile_id(two)
    await slack.type("/change undo 1")
    assert "deletes shopper profiles" in read(slack.card(2))
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.profile_id(one) is None
    assert slack.profile_id(having)


async def test_create_by_form_and_by_the_button_of_show(slack: World) -> None:
    one, two = slack.emails_without_profile(2)
    (having,) = slack.emails(1)
    await slack.type("/shopper create")
    await slack.client.press("ana", "form", "shoppers", value=f"{one} {two}")
    await slack.settled()
    assert "2 shoppers recognised: 2 emails." in read(slack.form())
    outcome = await slack.submit({"Shoppers": having})
    assert outcome["errors"]["shoppers"] == f"Already with a profile: {slack.called(having)}."
    outcome = await slack.submit({"Shoppers": "guest@example.com"})
    assert "Not in the store: guest@example.com." in outcome["errors"]["shoppers"]
    await slack.submit({"Shoppers": one})
    assert slack.form() is None
    assert slack.profile_id(one)
    await slack.type(f"/shopper show {two}")
    await slack.press("Create Profile", by="ana", channel="#segments")
    assert slack.profile_id(two)


async def test_a_profile_that_is_in_a_segment_by_then_outlives_the_undo(slack: World) -> None:
    (email,) = slack.emails_without_profile(1)
    await slack.type(f"/shopper create {email}")
    slack.join("VIPs", email)
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.profile_id(email) in slack.members("VIPs")
    assert "1 profile stayed, being in a segment." in read(slack.card(2))


async def test_a_profile_made_by_somebody_else_meanwhile_is_told_and_stays(slack: World) -> None:
    one, two = slack.emails_without_profile(2)
    async with slack.meanwhile(
        slack.client.type("ana", "#segments", f"/shopper create {one} {two}"), "POST", "/shopper-profiles"
    ):
        slack.give_profiles(one)
    assert "1 shopper already had a profile." in read(slack.card(1))
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.profile_id(one)
    assert slack.profile_id(two) is None


# Registering


async def test_a_new_customer_gets_account_profile_and_segments_in_one_go(slack: World) -> None:
    await slack.type('/shopper register ada+shop@example.com Ada Byron VIPs "Coffee lovers"')
    card = read(slack.card(1))
    assert "Register a customer · Create 1 shopper profile · Add 1 shopper to 2 segments: Ada Byron\n" in card
    assert "Add 1 shopper to VIPs" in card
    assert "Add 1 shopper to Coffee lovers" in card
    assert "@example.com" not in card
    assert "Done" in card
    assert slack.profile_id("ada+shop@example.com") in slack.members("VIPs") & slack.members("Coffee lovers")


async def test_undo_of_a_registration_leaves_the_account_and_says_so(slack: World) -> None:
    await slack.type("/shopper register ada@example.com Ada Byron VIPs")
    assert "The account stays when this is undone." in read(slack.card(1))
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["VIPs"] == 40
    assert slack.profile_id("ada@example.com") is None
    assert slack.customers_called("ada@example.com") == 1


async def test_register_by_form_with_faults_told_in_their_fields(slack: World) -> None:
    await slack.type("/shopper register")
    assert len(await slack.suggest("")) == 12
    new: dict[str, Any] = {"First name": "Ada", "Last name": "Byron"}
    outcome = await slack.submit({"Email": "ada at home", **new})
    assert "Email: it has to look like ada@example.com." in outcome["errors"]["email"]
    outcome = await slack.submit({"Email": "ada@example.com", "First name": "\u200b", "Last name": "Byron"})
    assert "First name cannot be empty." in outcome["errors"]["first_name"]
    await slack.submit({"Email": "ada@example.com", **new, "Segments": ["VIPs", "Lapsed"]})
    assert slack.form() is None
    assert slack.profile_id("ada@example.com") in slack.members("VIPs") & slack.members("Lapsed")
    await slack.type("/shopper register ada@example.com Ada")
    assert filled(slack.form(), "email") == "ada@example.com"
    assert filled(slack.form(), "first_name") == "Ada"
    outcome = await slack.submit({"Last name": "Byron"})
    assert outcome["errors"]["email"] == "ada@example.com is already registered and has everything this asks for."


async def test_register_keeps_the_segments_that_were_typed(slack: World) -> None:
    await slack.type("/shopper register segments:VIPs segments:lapsed")
    assert filled(slack.form(), "segments") == ["VIPs", "Lapsed"]
    await slack.submit({"Email": "ada@example.com", "First name": "Ada", "Last name": "Byron"})
    assert slack.profile_id("ada@example.com") in slack.members("VIPs") & slack.members("Lapsed")


async def test_an_unknown_segment_stops_a_registration_before_anything_exists(slack: World) -> None:
    await slack.type("/shopper register ada@example.com Ada Byron VIP")
    assert "No segment is called “VIP”. Did you mean “VIPs”?" in slack.whisper()
    assert not slack.writes()


@pytest.mark.parametrize("word", ["ada", "ada@home", "@example.com", '"doe, jane"@example.com', "a;b@example.com"])
async def test_what_the_store_could_not_be_asked_for_is_no_email(slack: World, word: str) -> None:
    await slack.type(f"/shopper register {word} Jane Doe")
    assert "Email: it has to look like ada@example.com." in slack.whisper()
    assert not slack.writes()


async def test_who_is_registered_already_gets_only_what_is_left_and_keeps_the_name(slack: World) -> None:
    (email,) = slack.emails_without_profile(1)
    await slack.type(f"/shopper register {email.upper()} Eve Other VIPs")
    card = read(slack.card(1))
    assert "Register a customer" not in card
    assert "They are registered already. That name stays." in card
    assert f": {slack.named(email)}\n" in card
    assert slack.profile_id(email) in slack.members("VIPs")
    await slack.type(f"/shopper register {email} Eve Other VIPs Lapsed")
    assert slack.card(2)["text"] == f"Change 2: Add 1 shopper to Lapsed: {slack.named(email)}"
    assert slack.customers_called(email) == 1
    assert [path for _, path in slack.writes()].count("/shopper-profiles") == 1


async def test_a_customer_registered_by_others_while_this_is_planned_and_run_is_taken(slack: World) -> None:
    async with slack.meanwhile(
        slack.client.type("ana", "#segments", "/shopper register ada@example.com Ada Byron VIPs"), "POST", "/customers"
    ):
        slack.register("ADA@example.com", "Ada", "Lovelace")
    card = read(slack.card(1))
    assert "Done" in card
    assert "They were registered by someone else in the meantime." in card
    assert slack.customers_called("ada@example.com") == 1
    assert slack.profile_id("ADA@example.com") in slack.members("VIPs")


async def test_two_people_who_register_the_same_customer_at_once_make_one(slack: World) -> None:
    line = "/shopper register ada@example.com Ada Byron VIPs"
    await asyncio.gather(slack.type(line, by="ana"), slack.type(line, by="cleo"))
    await slack.settled()
    assert slack.customers_called("ada@example.com") == 1
    assert slack.profile_id("ada@example.com") in slack.members("VIPs")
    told = read(slack.messages(by="cleo")) + read(slack.messages(by="ana"))
    assert "Failed" not in told
    assert "Something went wrong" not in told


async def test_a_conflict_about_the_address_is_understood_like_any_other_no(slack: World) -> None:
    async with slack.meanwhile(
        slack.client.type("ana", "#segments", "/shopper register ada@example.com Ada Byron VIPs"),
        "POST",
        "/customers",
        status=409,
    ):
        slack.register("ada@example.com")
    assert "They were registered by someone else in the meantime." in read(slack.card(1))
    assert slack.sizes()["VIPs"] == 41


async def test_a_customer_whom_the_store_does_not_take_is_told_in_its_words(slack: World) -> None:
    body = {
        "status": 422,
        "title": "Create customers failed.",
        "errors": {"0.email": "This address is on a block list."},
    }
    slack.store.faults.add("POST", "/customers", status=422, body=body)
    await slack.type("/shopper register ada@example.com Ada Byron VIPs")
    card = read(slack.card(1))
    assert "This address is on a block list" in card
    assert "Nothing was changed." in card


@pytest.mark.parametrize("status", [500, 403])
async def test_a_registration_stopped_half_way_is_completed_by_another(slack: World, status: int) -> None:
    slack.store.faults.add("POST", "/shopper-profiles", status=status, times=None)
    await slack.type("/shopper register ada@example.com Ada Byron VIPs Lapsed")
    card = read(slack.card(1))
    assert "Failed" in card
    assert "Done: Register a customer." in card
    assert "Stopped at: Create 1 shopper profile." in card
    assert "Not started: Add 1 shopper to VIPs." in card
    assert "Not started: Add 1 shopper to Lapsed." in card
    assert "Asking again does only what is left." in card
    assert "Nothing was changed" not in card
    assert forbids(card) is (status == 403)
    assert slack.customers_called("ada@example.com") == 1
    slack.store.faults.clear()
    await slack.type("/shopper register ada@example.com Ada Byron VIPs Lapsed")
    again = read(slack.card(2))
    assert "Register a customer" not in again
    assert "They are registered already." in again
    assert slack.customers_called("ada@example.com") == 1
    assert slack.profile_id("ada@example.com") in slack.members("VIPs") & slack.members("Lapsed")


async def test_a_registration_that_stops_before_the_segments_is_completed_by_doing_it_again(slack: World) -> None:
    slack.store.faults.add("POST", MEMBERS, status=422)
    await slack.type("/shopper register ada@example.com Ada Byron VIPs Lapsed")
    card = read(slack.card(1))
    assert "Done: Create 1 shopper profile." in card
    assert "Stopped at: Add 1 shopper to VIPs." in card
    assert "Not started: Add 1 shopper to Lapsed." in card
    assert "Asking again does only what is left. Undo takes back what was done." in card
    profile = slack.profile_id("ada@example.com")
    await slack.type("/shopper register ada@example.com Ada Byron VIPs Lapsed")
    assert slack.profile_id("ada@example.com") == profile
    assert profile in slack.members("VIPs") & slack.members("Lapsed")


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}], ids=["500", "no answer"])
async def test_a_registration_without_an_answer_that_was_carried_out_makes_one_customer(
    slack: World, fault: dict[str, Any]
) -> None:
    slack.store.faults.add("POST", "/customers", carried_out=True, **fault)
    await slack.type("/shopper register ada@example.com Ada Byron VIPs")
    assert "Done" in said(slack.card(1))
    assert slack.customers_called("ada@example.com") == 1
    assert slack.sizes()["VIPs"] == 41


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}], ids=["500", "no answer"])
async def test_a_registration_without_an_answer_that_was_not_carried_out_made_nothing(
    slack: World, fault: dict[str, Any]
) -> None:
    slack.store.faults.add("POST", "/customers", **fault)
    await slack.type("/shopper register ada@example.com Ada Byron VIPs")
    assert "Nothing was changed." in read(slack.card(1))
    assert slack.writes() == [("POST", "/customers")]
    assert not slack.customers_called("ada@example.com")


async def test_a_registration_killed_between_its_steps_is_completed_without_a_second_customer(slack: World) -> None:
    for path in ("/customers", "/shopper-profiles", MEMBERS):
        email = f"ada{len(path)}@example.com"
        async with slack.meanwhile(
            slack.client.type("ana", "#segments", f"/shopper register {email} Ada Byron VIPs"), "POST", path
        ):
            await slack.stop()
            if path == "/customers":
                slack.register(email, "Ada", "Byron")
        await slack.start()
        await slack.sweep()
        assert "Done" in said(slack.card())
        assert slack.customers_called(email) == 1
        assert slack.profile_id(email) in slack.members("VIPs")
    assert slack.sizes()["VIPs"] == 43


async def test_registering_without_the_modify_scope_makes_nothing_and_names_both_causes(slack: World) -> None:
    slack.store.scopes = {"store_v2_customers_read_only", "store_v2_marketing"}
    await slack.type("/shopper register ada@example.com Ada Byron VIPs")
    assert forbids(read(slack.card(1)))
    assert "Nothing was changed." in read(slack.card(1))
    assert not slack.customers_called("ada@example.com")


async def test_an_address_of_several_accounts_is_not_registered_but_told_with_their_ids(slack: World) -> None:
    ids = [slack.register(email) for email in ("kay@example.com", "two.kay@example.com")]
    with slack.store.shop.db as db:  # as a store with accounts by channel shows them
        others = "id, first_name, last_name, folded, date_created, date_modified, document"
        db.execute("ALTER TABLE customers RENAME TO accounts")
        db.execute(f"CREATE VIEW customers AS SELECT replace(email, 'two.', '') AS email, {others} FROM accounts")
    told = f"kay@example.com has several accounts ({ids[0]}, {ids[1]}). Use `/segment add` with a customer id."
    await slack.type("/shopper register kay@example.com Kay Moss VIPs")
    assert read(slack.messages()[-1]) == told
    await slack.type("/shopper register")
    outcome = await slack.submit({"Email": "kay@example.com", "First name": "Kay", "Last name": "Moss"})
    assert outcome["errors"] == {"email": told.replace("`", "")}
    assert not slack.writes()


@pytest.mark.parametrize("count", [25, 26])
async def test_a_customer_is_registered_into_25_segments_at_most(slack: World, count: int) -> None:
    names = [f"Club{number:02}" for number in range(count)]
    slack.put(*names)
    await slack.type(f"/shopper register ada@example.com Ada Byron {' '.join(names)}")
    if count == 25:
        assert sum(slack.sizes()[name] for name in names) == 25
    else:
        assert "Segments: at most 25 at once." in slack.whisper()
        assert not slack.writes()


# Deleting profiles


async def test_a_deleted_profile_returns_with_its_segments_by_undo(slack: World) -> None:
    email = fresh(slack, "VIPs", "Coffee lovers")
    (lacking,) = slack.emails_without_profile(1)
    await slack.type(f"/shopper delete {email} {lacking} guest@example.com")
    card = read(slack.card(1))
    assert "Delete 1 shopper profile: Ida Frey\n" in card
    assert "Takes 1 shopper out of VIPs." in card
    assert "Takes 1 shopper out of Coffee lovers." in card
    assert "“VIP early access” (live) includes VIPs." in card
    assert f"Without a profile: {slack.named(lacking)}." in card
    assert "Not in the store: [email]." in card
    assert "deletes shopper profiles in segments that 3 live promotions use" in card
    await slack.press("Delete Profiles", by="ana")
    assert "You asked for change 1, so someone else" in slack.whisper(channel="#approvals")
    await slack.press("Delete Profiles", by="ben")
    assert slack.profile_id(email) is None
    assert slack.customers_called(email) == 1
    assert slack.sizes()["VIPs"] == 40
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="cleo", change=2)
    assert slack.profile_id(email) in slack.members("VIPs") & slack.members("Coffee lovers")
    await slack.type("/change undo 1")
    assert slack.whisper() == "Change 1 was already undone by change 2."


async def test_delete_by_form_and_by_profile_id(slack: World) -> None:
    email = fresh(slack, "VIPs")
    (lacking,) = slack.emails_without_profile(1)
    await slack.type("/shopper delete")
    outcome = await slack.submit({"Shoppers": lacking})
    assert outcome["errors"]["shoppers"] == f"Without a profile: {slack.called(lacking)}."
    await slack.submit({"Shoppers": f"{slack.profile_id(email)}, {email}"})
    assert slack.form() is None
    assert "Delete 1 shopper profile" in said(slack.card(1))
    await slack.press("Delete Profiles", by="ben")
    assert slack.profile_id(email) is None


async def test_deletion_by_profile_ids_looks_once_through_all_profiles(slack: World) -> None:
    emails = slack.emails(361)[-3:]
    await slack.type(f"/shopper delete {' '.join(str(slack.profile_id(email)) for email in emails)}")
    assert "Delete 3 shopper profiles" in said(slack.card(1))
    assert slack.named(emails[0]) in read(slack.card(1))
    lists = [one for one in slack.store.requests() if "/v3/shopper-profiles?" in one["path"]]
    assert len(lists) == 2


async def test_undoing_a_deletion_names_segments_that_are_gone(slack: World) -> None:
    email = fresh(slack, "VIPs", "Coffee lovers")
    await slack.type(f"/shopper delete {email}")
    await slack.press("Delete Profiles", by="ben")
    slack.drop("Coffee lovers")
    await slack.type("/change undo 1")
    assert "The segment “Coffee lovers” is no longer in the store." in read(slack.card(2))
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.profile_id(email) in slack.members("VIPs")
    assert "Done" in said(slack.card(2))


async def test_undo_of_a_deletion_leaves_out_who_closed_the_account_and_says_so(slack: World) -> None:
    stays, goes = fresh(slack, "VIPs"), fresh(slack, "VIPs", "Lapsed")
    await slack.type(f"/shopper delete {stays} {goes}")
    await slack.press("Delete Profiles", by="ben")
    slack.close_account(goes)
    await slack.type("/change undo 1")
    card = read(slack.card(2))
    assert "Undo change 1: Create 1 shopper profile · Add 1 shopper to VIPs" in card
    assert "None of the shoppers for Lapsed is a customer any more." in card
    await slack.press("Undo Change", by="ben", change=2)
    assert "Done" in said(slack.card(2))
    assert slack.profile_id(stays) in slack.members("VIPs")
    assert slack.sizes()["Lapsed"] == 64


async def test_undo_of_a_deletion_uses_a_profile_that_was_made_meanwhile(slack: World) -> None:
    email = fresh(slack, "VIPs")
    await slack.type(f"/shopper delete {email}")
    await slack.press("Delete Profiles", by="ben")
    (theirs,) = slack.give_profiles(email)
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert theirs in slack.members("VIPs")
    assert "1 shopper already had a profile." in read(slack.card(2))


async def test_who_joined_a_segment_before_the_click_is_shown_first(slack: World) -> None:
    email = fresh(slack, "VIPs")
    await slack.type(f"/shopper delete {email}")
    slack.join("Lapsed", email)
    await slack.press("Delete Profiles", by="ben")
    assert "has a new version" in slack.whisper(by="ben", channel="#approvals")
    assert "Takes 1 shopper out of Lapsed." in read(slack.card(1))
    await slack.press("Delete Profiles", by="ben")
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.profile_id(email) in slack.members("VIPs") & slack.members("Lapsed")


async def test_a_profile_deleted_by_somebody_else_before_the_click_makes_it_stale(slack: World) -> None:
    email = fresh(slack, "VIPs")
    await slack.type(f"/shopper delete {email}")
    slack.drop_profile(email)
    await slack.press("Delete Profiles", by="ben")
    assert "No longer possible" in said(slack.card(1))
    assert f"Without a profile: {slack.named(email)}." in read(slack.card(1))
    assert not slack.writes()


async def test_a_profile_deleted_by_somebody_else_in_the_same_moment_is_no_failure(slack: World) -> None:
    email = fresh(slack, "VIPs")
    await slack.type(f"/shopper delete {email}")
    async with slack.meanwhile(
        slack.client.press("ben", "#approvals", "Delete Profiles"), "DELETE", "/shopper-profiles"
    ):
        slack.drop_profile(email)
    assert "Done" in said(slack.card(1))


async def test_a_deletion_stopped_while_it_ran_ends_once_and_undo_restores_the_memberships(slack: World) -> None:
    email = fresh(slack, "VIPs", "Lapsed")
    await slack.type(f"/shopper delete {email}")
    async with slack.meanwhile(
        slack.client.press("ben", "#approvals", "Delete Profiles"), "DELETE", "/shopper-profiles"
    ):
        await slack.stop()
        slack.drop_profile(email)
    await slack.start()
    await slack.sweep()
    assert "Done" in said(slack.card(1))
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.profile_id(email) in slack.members("VIPs") & slack.members("Lapsed")


async def test_the_log_holds_no_address(slack: World) -> None:
    (inside,), (new,) = slack.emails(1, inside="VIPs"), slack.emails_without_profile(1)
    for line in (f"segment add VIPs {inside}", f"segment add VIPs {new} x@example.com", f"shopper show {inside}"):
        await slack.type(f"/{line}")
    await slack.type("/shopper register ada@example.com Ada Byron VIPs")
    await slack.type(f"/shopper delete {inside}")
    slack.drop_profile(inside)
    await slack.press("Delete Profiles", by="ben")
    assert not [entry for entry in slack.entries() if "@example.com" in str(entry)]


@pytest.mark.parametrize("line", ["show 17", "create 17", "register x@example.com A B", "delete 17"])
async def test_a_store_that_forbids_everything_is_told_with_both_causes(slack: World, line: str) -> None:
    slack.store.faults.add(status=403, times=None)
    await slack.type(f"/shopper {line}")
    assert forbids(read(slack.messages()[-1]))


@pytest.mark.parametrize("line", ["show 17", "create 17", "register ada@example.com Ada Byron VIPs", "delete 6"])
async def test_a_store_without_the_plan_says_so_and_a_guest_is_refused(slack: World, line: str) -> None:
    await slack.type(f"/shopper {line}", by="dan")
    assert slack.whisper(by="dan") == "Guests of this workspace cannot use this bot."
    slack.store.plan = "Pro"
    await slack.type(f"/shopper {line}")
    assert forbids(read(slack.messages()[-1]))
    assert "may have been carried out" not in read(slack.messages()[-1])


async def test_a_segment_among_shoppers_is_told_with_buttons(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/shopper delete {email} from VIPs")
    assert slack.whisper().startswith("“VIPs” is a segment, and")
    assert buttons(slack.messages()[-1]) == ["Remove from VIPs", "Add to VIPs", "Delete Profiles, Not the Segment"]
    await slack.type(f"/shopper show {email} please")
    assert slack.whisper() == f"I didn't expect “please” here. Show {slack.called(email)}"


async def test_a_segment_among_those_to_add_is_asked_about_and_names_are_too(slack: World) -> None:
    (email,) = slack.emails(1, outside="VIPs")
    await slack.type(f"/segment add VIPs {email} and Coffee lovers")
    assert buttons(slack.messages()[-1]) == ["VIPs and Coffee lovers", "Only VIPs"]
    slack.register("ida.moss@example.com", "Ida", "Moss")
    slack.register("ben.cohn@example.com", "Ben", "Cohn")
    await slack.type(f"/segment add segment:VIPs shoppers:{email}, Ida Moss, Ben Cohn")
    assert buttons(slack.messages()[-1]) == ["Ida Moss and Ben Cohn", "Leave “Ida Moss” and “Ben Cohn” Out"]
