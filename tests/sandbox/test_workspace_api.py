"""The Web API, called by the true client: what is answered, and what is refused in Slack's words."""

from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.workspace.people import ANA, APP_TOKEN, APPROVALS, APPROVERS_GROUP, BEN, CLEO, DAN, RANDOM, SEGMENTS
from tests.sandbox.slack_app import (
    actions,
    button,
    manifest,
    modal,
    refused,
    web_client,
    words,
    world,
)


def without(scope: str) -> dict[str, Any]:
    scopes = [one for one in manifest()["oauth_config"]["scopes"]["bot"] if one != scope]
    return {"oauth_config": {"scopes": {"bot": scopes}}}


async def test_auth_test_names_the_bot_and_its_scopes(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        answer = await here.web.auth_test()
        assert (answer["user"], answer["bot_id"][0], answer["team_id"][0]) == ("segment-bot", "B", "T")
        assert "chat:write" in answer.headers["x-oauth-scopes"]


@pytest.mark.parametrize(("token", "error"), [("xoxb-wrong", "invalid_auth"), (APP_TOKEN, "not_allowed_token_type")])
async def test_wrong_tokens_are_refused(tmp_path: Path, token: str, error: str) -> None:
    async with world(tmp_path) as here:
        assert (await refused(web_client(here.url, token).auth_test()))["error"] == error


async def test_a_call_without_a_token_is_not_authed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        assert (await refused(web_client(here.url, "").auth_test()))["error"] == "not_authed"


async def test_a_bot_token_cannot_open_socket_mode(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        call = here.web.apps_connections_open(app_token=here.web.token or "")
        assert (await refused(call))["error"] == "not_allowed_token_type"


async def test_an_unknown_method_is_named(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        body = await refused(here.web.api_call("chat.shout"))
        assert (body["error"], body["req_method"]) == ("unknown_method", "chat.shout")


async def test_a_scope_that_the_manifest_lacks_is_missing(tmp_path: Path) -> None:
    async with world(tmp_path, changes=without("usergroups:read")) as here:
        body = await refused(here.web.usergroups_users_list(usergroup=APPROVERS_GROUP))
        assert (body["error"], body["needed"]) == ("missing_scope", "usergroups:read")
        assert "chat:write" in body["provided"].split(",")


async def test_directory_tells_guests_groups_members_and_emails(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        assert (await here.web.users_info(user=DAN))["user"]["is_restricted"] is True
        assert (await here.web.users_info(user=ANA))["user"]["profile"]["email"] == "ana@example.com"
        assert (await here.web.users_lookupByEmail(email="BEN@example.com"))["user"]["id"] == BEN
        assert (await here.web.usergroups_users_list(usergroup=APPROVERS_GROUP))["users"] == [BEN, CLEO]
        assert [one["handle"] for one in (await here.web.usergroups_list())["usergroups"]] == ["segment-approvers"]
        assert len((await here.web.users_list())["members"]) == 6
        assert ANA in (await here.web.conversations_members(channel=SEGMENTS))["members"]
        listed = (await here.web.conversations_list())["channels"]
        assert [(one["name"], one["is_member"]) for one in listed][-1] == ("random", False)
        assert (await here.web.bots_info(bot="B0SEGBOT01"))["bot"]["app_id"][0] == "A"


async def test_a_deactivated_person_is_told_as_deleted_and_cannot_type(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.workspace.directory.change("ben", deleted=True)
        assert (await here.web.users_info(user=BEN))["user"]["deleted"] is True
        body = await here.control("type", user="ben", channel="#segments", text="hello")
        assert (body["status"], body["error"]) == (400, "ben's account is deactivated.")


async def test_unknown_people_groups_and_channels_are_not_found(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        web = here.web
        assert (await refused(web.users_info(user="U404")))["error"] == "user_not_found"
        assert (await refused(web.users_lookupByEmail(email="x@example.com")))["error"] == "users_not_found"
        assert (await refused(web.usergroups_users_list(usergroup="S404")))["error"] == "no_such_subteam"
        assert (await refused(web.chat_postMessage(channel="C404", text="x")))["error"] == "channel_not_found"
        assert (await refused(web.conversations_open(users="U404")))["error"] == "user_not_found"
        assert (await refused(web.files_info(file="F404")))["error"] == "file_not_found"


async def test_the_bot_cannot_post_where_it_is_not(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        assert (await refused(here.web.chat_postMessage(channel=RANDOM, text="x")))["error"] == "not_in_channel"


async def test_posting_reaches_channels_and_people(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        for channel in (SEGMENTS, "#segments", BEN):
            await here.web.chat_postMessage(channel=channel, text="hello")
        state = here.workspace.state("ben")
        assert [one["text"] for one in state["channels"]["#segments"]] == ["hello", "hello"]
        assert [(one["text"], one["channel"][0]) for one in state["dms"]] == [("hello", "D")]
        assert here.workspace.state("ana")["dms"] == []


async def test_a_message_says_something(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        empty = here.web.api_call("chat.postMessage", json={"channel": SEGMENTS})
        assert (await refused(empty))["error"] == "no_text"
        nowhere = here.web.api_call("chat.postMessage", data={"text": "x"})
        assert (await refused(nowhere))["error"] == "invalid_arguments"
        long = here.web.chat_postMessage(channel=SEGMENTS, text="x" * 40_001)
        assert (await refused(long))["error"] == "msg_too_long"


async def test_bad_blocks_are_refused_with_the_limit_and_the_place(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        blocks = [{"type": "divider"}, actions(button("x" * 76))]
        body = await refused(here.web.chat_postMessage(channel=SEGMENTS, text="x", blocks=blocks))
        assert body["error"] == "invalid_blocks"
        expected = "[ERROR] must be less than 76 characters [json-pointer:/blocks/1/elements/0/text/text]"
        assert body["response_metadata"]["messages"] == [expected]
        assert here.workspace.state("ana")["channels"]["#segments"] == []


async def test_an_update_with_text_alone_takes_the_blocks_away(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        posted = await here.web.chat_postMessage(channel=SEGMENTS, text="one", blocks=[{"type": "divider"}])
        await here.web.chat_update(channel=SEGMENTS, ts=posted["ts"], text="two", blocks=[actions(button("Go"))])
        drawn = here.workspace.state("ana")["channels"]["#segments"][0]
        assert (drawn["blocks"][0]["type"], "edited" in drawn) == ("actions", False)
        await here.web.chat_update(channel=SEGMENTS, ts=posted["ts"], text="three")
        plain = here.workspace.state("ana")["channels"]["#segments"][0]
        assert (plain["text"], plain["blocks"], "edited" in plain) == ("three", [], True)


async def test_updates_are_refused_for_long_texts_foreign_and_unknown_messages(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        typed = await here.client.type("ana", "#segments", "mine")
        posted = await here.web.chat_postMessage(channel=SEGMENTS, text="bot's")
        update = here.web.chat_update
        long = await refused(update(channel=SEGMENTS, ts=posted["ts"], text="x" * 4001))
        assert long["error"] == "msg_too_long"
        foreign = await refused(update(channel=SEGMENTS, ts=typed["ts"], text="x"))
        assert foreign["error"] == "cant_update_message"
        assert (await refused(update(channel=SEGMENTS, ts="1.000000", text="x")))["error"] == "message_not_found"
        gone = here.web.chat_delete(channel=SEGMENTS, ts=typed["ts"])
        assert (await refused(gone))["error"] == "cant_delete_message"


async def test_only_one_person_sees_an_ephemeral_message_and_nobody_updates_it(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        answer = await here.web.chat_postEphemeral(channel=SEGMENTS, user=ANA, text="psst")
        assert [one["ephemeral"] for one in here.workspace.state("ana")["channels"]["#segments"]] == [True]
        assert here.workspace.state("ben")["channels"]["#segments"] == []
        update = here.web.chat_update(channel=SEGMENTS, ts=answer["message_ts"], text="x")
        assert (await refused(update))["error"] == "message_not_found"


async def test_an_ephemeral_message_needs_a_member_of_the_channel(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.workspace.directory.conversations[APPROVALS].members.discard(DAN)
        call = here.web.chat_postEphemeral(channel=APPROVALS, user=DAN, text="x")
        assert (await refused(call))["error"] == "user_not_in_channel"


async def test_delete_permalink_and_reaction(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        ts = (await here.web.chat_postMessage(channel=SEGMENTS, text="x"))["ts"]
        link = await here.web.chat_getPermalink(channel=SEGMENTS, message_ts=ts)
        assert link["permalink"].endswith(f"/{SEGMENTS}/p{ts.replace('.', '')}")
        await here.web.reactions_add(channel=SEGMENTS, timestamp=ts, name="eyes")
        again = here.web.reactions_add(channel=SEGMENTS, timestamp=ts, name="eyes")
        assert (await refused(again))["error"] == "already_reacted"
        await here.web.chat_delete(channel=SEGMENTS, ts=ts)
        assert here.workspace.state("ana")["channels"]["#segments"] == []


async def test_conversations_open_finds_the_direct_messages(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        channel = (await here.web.conversations_open(users=[ANA]))["channel"]["id"]
        assert (await here.web.conversations_info(channel=channel))["channel"]["is_im"] is True
        await here.web.chat_postMessage(channel=channel, text="hello")
        assert [one["text"] for one in here.workspace.state("ana")["dms"]] == ["hello"]


async def test_no_direct_message_where_the_manifest_has_no_messages_tab(tmp_path: Path) -> None:
    features = {"app_home": {"messages_tab_enabled": False}, "slash_commands": []}
    async with world(tmp_path, changes={"features": features}) as here:
        call = here.web.chat_postMessage(channel=ANA, text="x")
        assert (await refused(call))["error"] == "messages_tab_disabled"


async def test_home_is_published_for_one_person_and_guarded_by_its_hash(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        view = {"type": "home", "blocks": [{"type": "divider"}]}
        first = (await here.web.views_publish(user_id=ANA, view=view))["view"]
        second = (await here.web.views_publish(user_id=ANA, view=view, hash=first["hash"]))["view"]
        assert (second["id"], second["hash"] != first["hash"]) == (first["id"], True)
        late = here.web.views_publish(user_id=ANA, view=view, hash=first["hash"])
        assert (await refused(late))["error"] == "hash_conflict"
        assert here.workspace.state("ana")["home"]["id"] == first["id"]
        assert here.workspace.state("ben")["home"] is None


async def test_home_is_not_enabled_without_the_manifest_saying_so(tmp_path: Path) -> None:
    async with world(tmp_path, changes={"features": {}}) as here:
        call = here.web.views_publish(user_id=ANA, view={"type": "home", "blocks": []})
        assert (await refused(call))["error"] == "not_enabled"


async def test_a_view_is_refused_with_the_limit_and_the_place(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        trigger = here.workspace.triggers.issue(ANA)
        long = modal({"type": "divider"}, title=words("x" * 25))
        body = await refused(here.web.views_open(trigger_id=trigger, view=long))
        assert body["error"] == "invalid_arguments"
        expected = "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
        assert body["response_metadata"]["messages"] == [expected]
        heavy = modal(*({"type": "section", "text": words("é" * 3000)} for _ in range(50)))
        assert (await refused(here.web.views_open(trigger_id=trigger, view=heavy)))["error"] == "view_too_large"
        await here.web.views_open(trigger_id=trigger, view=modal({"type": "divider"}))


async def test_a_trigger_serves_once_and_for_three_seconds(tmp_path: Path) -> None:
    now = [1000.0]
    async with world(tmp_path, clock=lambda: now[0]) as here:
        used, old = here.workspace.triggers.issue(ANA), here.workspace.triggers.issue(ANA)
        await here.web.views_open(trigger_id=used, view=modal({"type": "divider"}))
        now[0] += 3.001
        view = modal({"type": "divider"})
        assert (await refused(here.web.views_open(trigger_id=used, view=view)))["error"] == "exchanged_trigger_id"
        assert (await refused(here.web.views_open(trigger_id=old, view=view)))["error"] == "expired_trigger_id"
        assert (await refused(here.web.views_open(trigger_id="1.2.3", view=view)))["error"] == "invalid_trigger_id"


async def test_forms_stack_three_deep_and_no_deeper(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        view, issue = modal({"type": "divider"}), here.workspace.triggers.issue
        assert (await refused(here.web.views_push(trigger_id=issue(ANA), view=view)))["error"] == "not_found"
        root = (await here.web.views_open(trigger_id=issue(ANA), view=view))["view"]
        await here.web.views_push(trigger_id=issue(ANA), view=view)
        top = (await here.web.views_push(trigger_id=issue(ANA), view=view))["view"]
        assert top["root_view_id"] == root["id"]
        assert (await refused(here.web.views_push(trigger_id=issue(ANA), view=view)))["error"] == "push_limit_reached"


async def test_a_view_is_updated_under_its_hash(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        opened = await here.web.views_open(
            trigger_id=here.workspace.triggers.issue(ANA), view=modal({"type": "divider"}, external_id="mine")
        )
        first, other = opened["view"], modal({"type": "divider"}, title=words("Other"), external_id="mine")
        await here.web.views_update(external_id="mine", hash=first["hash"], view=other)
        late = here.web.views_update(view_id=first["id"], hash=first["hash"], view=other)
        assert (await refused(late))["error"] == "hash_conflict"
        unknown = here.web.views_update(view_id="V404", view=other)
        assert (await refused(unknown))["error"] == "not_found"
        again = here.web.views_open(trigger_id=here.workspace.triggers.issue(ANA), view=other)
        assert (await refused(again))["error"] == "duplicate_external_id"
        assert here.workspace.state("ana")["form"]["title"]["text"] == "Other"


async def test_a_fault_is_met_as_often_as_ordered(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.workspace.faults.add("chat.postMessage", error="internal_error", times=2)
        for _ in range(2):
            call = here.web.chat_postMessage(channel=SEGMENTS, text="x")
            assert (await refused(call))["error"] == "internal_error"
        await here.web.chat_postMessage(channel=SEGMENTS, text="x")


async def test_a_rate_limit_says_how_long_to_wait(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        here.workspace.faults.add("users.info", status=429, retry_after=7)
        with pytest.raises(SlackApiError) as caught:
            await here.web.users_info(user=ANA)
        response = caught.value.response
        assert (response.status_code, response.headers["Retry-After"], response["error"]) == (
            429,
            "7",
            "ratelimited",
        )


async def test_a_call_whose_answer_was_lost_is_retried(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        here.workspace.faults.add("chat.postMessage", drop=True, after=True)
        await here.web.chat_postMessage(channel=SEGMENTS, text="x")
        assert len(here.workspace.state("ana")["channels"]["#segments"]) == 2
