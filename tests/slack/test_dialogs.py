"""Forms that buttons of a card open, for those who may."""

from tests.harness import World, filled, said


async def test_edit_opens_the_form_in_which_a_change_was_asked_for(slack: World) -> None:
    one, two = slack.emails(2, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one}", by="ana")
    await slack.press("Edit", by="ana")
    assert (filled(slack.form(), "segment"), filled(slack.form(), "shoppers")) == (["VIPs"], one)
    await slack.submit({"Shoppers": f"{one} {two}"})
    assert "Remove 2 of 40 shoppers from VIPs" in said(slack.card(1))


async def test_what_a_form_cannot_hold_is_not_edited_in_one(slack: World) -> None:
    await slack.type(f"/segment remove Newsletter {' '.join(slack.emails(150, inside='Newsletter'))}", by="ana")
    await slack.press("Edit", by="ana")
    assert slack.form() is None
    assert slack.whisper(channel="#approvals").startswith("That is more than a form can hold.")


async def test_edit_tells_others_who_may_edit(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Edit", by="ben")
    assert slack.form(by="ben") is None
    assert "Only  @U0ANA00001 , who asked, can edit change 1." in slack.whisper(by="ben", channel="#approvals")


async def test_a_form_tells_which_name_nobody_has_and_what_it_leaves_out(slack: World) -> None:
    notes = {
        "/segment import Spring list": "No segment is called “Spring list”. Did you mean “Spring launch waitlist”?",
        "/segment import the VIPs Ada": "I didn't expect “the” here.",
        "/promotion target Winback": "No promotion is called “Winback”. Did you mean “Win back”?",
    }
    for line, note in notes.items():
        await slack.type(line)
        assert note in str(slack.form())
        await slack.client.cancel("ana")
    await slack.type(f"/segment add {slack.id_of('VIPs')}")
    assert "is called" not in str(slack.form())
