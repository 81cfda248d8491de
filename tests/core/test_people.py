from bot.core.people import Actor, Place, Standing

APPROVERS, MANAGERS = "S0APPROVERS", "S0MANAGERS"
SCOPE = "the Slack app lacks the scope usergroups:read"


def actor(**groups: object) -> Actor:
    return Actor.model_validate({"id": "UANA", "standing": Standing.MEMBER, **groups})


def test_a_group_that_is_never_readable_is_named_with_what_would_help() -> None:
    doubt = actor(unreadable=((APPROVERS, SCOPE),), unread={MANAGERS}).doubt(frozenset({APPROVERS, MANAGERS}))
    assert doubt == (
        f"The members of the user group {APPROVERS} can't be read: {SCOPE}. "
        "Whoever runs the bot has to mend that, or name people instead of the group."
    )


def test_a_group_that_was_not_read_just_now_may_be_read_in_a_minute() -> None:
    doubting = actor(unreadable=((APPROVERS, SCOPE),), unread={MANAGERS})
    assert doubting.doubt(frozenset({MANAGERS})).endswith("Try again in a minute.")
    assert doubting.has_unknown_groups


def test_groups_of_others_raise_no_doubt() -> None:
    assert actor(unreadable=((APPROVERS, SCOPE),)).doubt(frozenset({MANAGERS, "UBEN"})) == ""
    assert not actor().has_unknown_groups


def test_a_place_is_recorded_as_its_channel_or_the_shell() -> None:
    places = (Place(), Place(channel="C1"), Place(is_shell=True))
    assert [one.recorded_text for one in places] == ["", "C1", "the shell"]
