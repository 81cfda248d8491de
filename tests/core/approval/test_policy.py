import pytest
from pydantic import ValidationError

from bot.core.answers import mention
from bot.core.approval.need import Need, Requirement
from bot.core.approval.policy import Policy
from bot.core.approval.rule import Rule
from bot.core.errors import NobodyCanApprove, NotAllowed, SelfApproval
from bot.core.people import Actor, Standing
from bot.core.planning.plan import Plan
from bot.core.planning.steps import (
    AddMembers,
    CreateProfiles,
    CreateSegment,
    DeleteProfiles,
    Naming,
    PromotionRef,
    RemoveMembers,
    RetargetPromotion,
    SegmentRef,
)
from bot.core.planning.steps.lost_memberships import Memberships
from bot.core.store_view.cached_shop import PromotionUse
from tests.core.samples import VIPS, add, delete, plan, uuid

POLICY = Policy(approvers=frozenset({"UBEN", "SAPPROVERS"}))


ONE_NEEDED = Need(approvals=1, why="needs 1 approval: deletes a segment")


def member(id_: str, *groups: str, standing: Standing = Standing.MEMBER) -> Actor:
    return Actor(id=id_, standing=standing, groups=frozenset(groups))


def use(name: str, *, live: bool = True) -> PromotionUse:
    return PromotionUse(id=1, name=name, live=live, way="included")


LAPSED = SegmentRef(name="Lapsed", id=uuid(9))
USES = tuple(PromotionUse(id=at, name=str(at), live=True, way="included") for at in (1, 2, 3))
ONE, OTHERS = USES[:1], USES[1:]


@pytest.mark.parametrize(
    ("wanted", "approvals", "why"),
    [
        (plan(CreateSegment(segment=Naming(name="New"))), 0, "needs no approval"),
        (plan(add(25)), 0, "needs no approval"),
        (plan(add(13), add(13)), 1, "needs 1 approval: adds more than 25 shoppers"),
        (plan(delete()), 1, "needs 1 approval: deletes a segment"),
        (plan(delete(promotions=None)), 1, "needs 1 approval: deletes a segment"),
        (plan(delete(promotions=(use("a", live=False),))), 1, "needs 1 approval: deletes a segment"),
        (
            plan(delete(promotions=(use("a"),))),
            1,
            "needs 1 approval: deletes a segment that 1 live promotion uses",
        ),
        (
            plan(delete(promotions=(use("a"), use("b"))), delete("Lapsed")),
            1,
            "needs 1 approval: deletes a segment that 2 live promotions use",
        ),
        (
            plan(RemoveMembers(segment=VIPS, profile_ids=("x",))),
            1,
            "needs 1 approval: removes shoppers from a segment",
        ),
        (
            plan(
                RetargetPromotion(promotion=PromotionRef(id=1, name="a")),
                RetargetPromotion(promotion=PromotionRef(id=2, name="b", live=True)),
            ),
            1,
            "needs 1 approval: changes whom a promotion reaches that is live",
        ),
        (plan(DeleteProfiles(customer_ids=(1,))), 1, "needs 1 approval: deletes shopper profiles"),
        (
            plan(
                DeleteProfiles(customer_ids=(1,), memberships=(Memberships(segment=VIPS, shoppers=1, promotions=ONE),)),
                DeleteProfiles(
                    customer_ids=(2,), memberships=(Memberships(segment=LAPSED, shoppers=1, promotions=OTHERS),)
                ),
            ),
            1,
            "needs 1 approval: deletes shopper profiles in segments that 3 live promotions use",
        ),
        (plan(CreateProfiles(customers=tuple(range(500)))), 0, "needs no approval"),
        (
            plan(AddMembers(segment=VIPS, profile_ids=("x",), newcomers=tuple(range(25)))),
            1,
            "needs 1 approval: adds more than 25 shoppers",
        ),
        (plan(delete(members=9_999)), 1, "needs 1 approval: deletes a segment"),
        (
            plan(delete(members=10_000)),
            2,
            "needs 2 approvals: deletes a segment and moves 10,000 shoppers or more",
        ),
    ],
)
def test_the_need_follows_from_the_steps(wanted: Plan, approvals: int, why: str) -> None:
    need = POLICY.need(wanted)
    assert (need.approvals, need.why) == (approvals, why)


def test_undoing_needs_no_fewer_approvals_than_what_it_undoes_and_the_same_people() -> None:
    again = plan(CreateSegment(segment=Naming(name="New")), undoes=1)
    need = POLICY.need(again, undone=Need(approvals=2, why="", approvers=frozenset({"SMANAGERS"})))
    assert (need.approvals, need.why) == (2, "needs 2 approvals: undoes what was approved")
    assert need.approvers == frozenset({"SMANAGERS"})
    hurts = POLICY.need(plan(delete(), undoes=1), undone=Need(approvals=2, why=""))
    assert hurts.why == "needs 2 approvals: deletes a segment and undoes what was approved"


def test_the_same_people_approve_of_destructive_steps_that_no_rule_mentions() -> None:
    managed = Policy(approvers=frozenset({"UBEN"}), rules=(Rule(steps=("add_members",), approvals=1),))
    undone = Need(approvals=1, why="", approvers=frozenset({"SMANAGERS"}))
    assert managed.need(plan(delete(), undoes=1)).approvers == frozenset()
    assert managed.need(plan(delete(), undoes=1), undone=undone).approvers == frozenset({"SMANAGERS"})
    assert managed.need(plan(delete(), undoes=1), undone=Need(approvals=0, why="")).approvals == 1


def test_undoing_what_needed_as_many_approvals_or_fewer_is_told_by_what_it_does() -> None:
    for approvals in (0, 1):
        undone = Need(approvals=approvals, why="")
        assert POLICY.need(plan(delete(), undoes=1), undone=undone).why == "needs 1 approval: deletes a segment"


@pytest.mark.parametrize(
    ("standing", "sentence"),
    [
        (Standing.GUEST, "Guests of this workspace cannot {}."),
        (Standing.BOT, "Bots cannot {}."),
        (Standing.DEACTIVATED, "Deactivated people cannot {}."),
        (Standing.STRANGER, "People from other workspaces cannot {}."),
        (
            Standing.UNKNOWN,
            "Slack couldn't tell me who you are just now, so you can't {} yet. Try again in a minute.",
        ),
    ],
)
def test_only_full_members_ask_and_approve_even_if_they_are_named(standing: Standing, sentence: str) -> None:
    named = member("UBEN", "SAPPROVERS", standing=standing)
    with pytest.raises(NotAllowed) as asking:
        POLICY.refuse_asking(named)
    with pytest.raises(NotAllowed) as approving:
        POLICY.refuse_approving(named, number=42, requester="UANA", need=ONE_NEEDED)
    assert str(asking.value) == sentence.format("use this bot")
    assert str(approving.value) == sentence.format("approve or reject changes")


def test_every_full_member_may_ask_where_no_requesters_are_named() -> None:
    POLICY.refuse_asking(member("UANA"))


def test_only_requesters_and_approvers_may_ask_where_requesters_are_named() -> None:
    policy = Policy(approvers=frozenset({"UBEN"}), requesters=frozenset({"UANA", "SMARKETING"}))
    for allowed in (member("UANA"), member("UX", "SMARKETING"), member("UBEN")):
        policy.refuse_asking(allowed)
    with pytest.raises(NotAllowed, match="You can't use this bot"):
        policy.refuse_asking(member("UX", "SOTHER"))


def test_approvers_approve_by_name_and_by_group() -> None:
    POLICY.refuse_approving(member("UBEN"), number=42, requester="UANA", need=ONE_NEEDED)
    POLICY.refuse_approving(member("UCLEO", "SAPPROVERS"), number=42, requester="UANA", need=ONE_NEEDED)
    with pytest.raises(NotAllowed, match="You can't approve change 42"):
        POLICY.refuse_approving(member("UX"), number=42, requester="UANA", need=ONE_NEEDED)


def test_a_change_is_seen_by_its_requester_approvers_and_auditors_alone() -> None:
    policy = Policy(approvers=frozenset({"UBEN"}), auditors=frozenset({"UEVE"}))
    seen = {
        id_: policy.may_see(member(id_), requester="UANA", need=ONE_NEEDED) for id_ in ("UANA", "UBEN", "UEVE", "UX")
    }
    assert seen == {"UANA": True, "UBEN": True, "UEVE": True, "UX": False}


def test_whoever_may_not_is_told_which_people_may() -> None:
    with pytest.raises(NotAllowed) as refused:
        POLICY.refuse_approving(member("UX"), number=42, requester="UANA", need=ONE_NEEDED)
    assert str(refused.value) == f"You can't approve change 42. {mention('UBEN')} can."


def test_nobody_in_an_unread_group_may_ask_or_approve() -> None:
    unread = Actor(id="UX", standing=Standing.MEMBER, unread=frozenset({"SAPPROVERS"}))
    sentence = "Slack couldn't tell me just now who is in the group that may do this"
    with pytest.raises(NotAllowed, match=sentence):
        POLICY.refuse_approving(unread, number=42, requester="UANA", need=ONE_NEEDED)
    with pytest.raises(NotAllowed, match=sentence):
        Policy(approvers=POLICY.approvers, requesters=frozenset({"UANA"})).refuse_asking(unread)
    with pytest.raises(NotAllowed, match="You can't"):
        POLICY.refuse_approving(
            unread.model_copy(update={"unread": frozenset({"SOTHER"})}), number=42, requester="UANA", need=ONE_NEEDED
        )


def test_whoever_may_approve_reads_the_log_where_no_auditors_are_named() -> None:
    POLICY.refuse_auditing(member("UBEN"))
    POLICY.refuse_auditing(member("UCLEO", "SAPPROVERS"))
    with pytest.raises(NotAllowed, match=r"You can't read the audit log\."):
        POLICY.refuse_auditing(member("UX"))


def test_only_auditors_read_the_log_where_they_are_named_and_need_not_be_requesters() -> None:
    policy = Policy(approvers=frozenset({"UBEN"}), requesters=frozenset({"UANA"}), auditors=frozenset({"UX", "SAUDIT"}))
    for allowed in (member("UX"), member("UY", "SAUDIT")):
        policy.refuse_auditing(allowed)
    for refused in (member("UBEN"), member("UANA")):
        with pytest.raises(NotAllowed, match=r"You can't read the audit log\."):
            policy.refuse_auditing(refused)
    with pytest.raises(NotAllowed, match="Slack couldn't tell me just now who is in the group"):
        policy.refuse_auditing(Actor(id="UY", standing=Standing.MEMBER, unread=frozenset({"SAUDIT"})))
    with pytest.raises(NotAllowed, match="Guests of this workspace cannot read the audit log"):
        policy.refuse_auditing(member("UX", standing=Standing.GUEST))
    assert {"UX", "SAUDIT"} <= policy.named


def test_requester_cannot_approve_own_change() -> None:
    with pytest.raises(SelfApproval) as caught:
        POLICY.refuse_approving(member("UBEN", "SAPPROVERS"), number=42, requester="UBEN", need=ONE_NEEDED)
    assert str(caught.value) == (
        "You asked for change 42, so someone else has to approve it. `/change withdraw 42` takes it back."
    )


@pytest.mark.parametrize(
    ("needed", "found", "sentence"),
    [
        (1, 0, "This needs 1 approval, and no one other than you can give one"),
        (2, 1, "This needs 2 approvals, and only 1 person other than you can give one"),
    ],
)
def test_a_change_that_nobody_could_approve_is_told_why(needed: int, found: int, sentence: str) -> None:
    assert str(NobodyCanApprove(needed, found)).startswith(f"{sentence}, so it was not requested. ")


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ((), "This needs 2 approvals, and no one other than its requester can give one, so it can't be approved. "),
        (
            ("a", "b"),
            "This needs approvals under 2 rules, and no two people other than its requester satisfy them all, "
            "so it can't be approved: it a; it b. ",
        ),
    ],
)
def test_whoever_reads_that_a_waiting_change_lacks_approvers_is_not_called_its_requester(
    rules: tuple[str, ...], sentence: str
) -> None:
    assert str(NobodyCanApprove(2, 0, rules, is_new=False)).startswith(sentence)


MANAGED = ONE_NEEDED.model_copy(update={"approvers": frozenset({"UEVE", "SMANAGERS"})})


def test_only_those_whose_approvals_count_for_it_approve_a_change() -> None:
    for allowed in (member("UEVE"), member("UX", "SMANAGERS")):
        POLICY.refuse_approving(allowed, number=42, requester="UANA", need=MANAGED)
    with pytest.raises(NotAllowed, match="You can't approve change 42"):
        POLICY.refuse_approving(member("UBEN", "SAPPROVERS"), number=42, requester="UANA", need=MANAGED)
    assert POLICY.approvers_of(MANAGED) == frozenset({"UEVE", "SMANAGERS"})
    assert POLICY.approvers_of(ONE_NEEDED) == POLICY.approvers


def test_requester_cannot_approve_own_change_although_a_rule_names_them() -> None:
    with pytest.raises(SelfApproval):
        POLICY.refuse_approving(member("UEVE"), number=42, requester="UEVE", need=MANAGED)


def test_a_rule_may_say_who_asks_for_what_it_is_about_and_for_nothing_else() -> None:
    rule = Rule(steps=("delete_segment",), shoppers=100, approvals=1, requesters=frozenset({"UANA", "SMARKETING"}))
    policy = Policy(approvers=frozenset({"UBEN"}), rules=(rule,))
    large = plan(delete(members=100))
    for allowed in (member("UANA"), member("UX", "SMARKETING")):
        policy.refuse_asking(allowed, large)
    for unnamed in (member("UX"), member("UBEN")):
        with pytest.raises(NotAllowed, match="You can't ask for this"):
            policy.refuse_asking(unnamed, large)
        policy.refuse_asking(unnamed, plan(delete(members=99)))
        policy.refuse_asking(unnamed, plan(add(500)))
        policy.refuse_asking(unnamed)


def test_nobody_breaks_the_glass_unless_they_are_named_and_full_members() -> None:
    with pytest.raises(NotAllowed, match="You can't run a change without its approvals"):
        POLICY.refuse_breaking(member("UBEN"))
    policy = Policy(approvers=POLICY.approvers, breakers=frozenset({"UHEAD", "SONCALL"}))
    for allowed in (member("UHEAD"), member("UX", "SONCALL")):
        policy.refuse_breaking(allowed)
    with pytest.raises(NotAllowed, match="You can't run a change without its approvals"):
        policy.refuse_breaking(member("UBEN", "SAPPROVERS"))
    with pytest.raises(NotAllowed, match="Guests of this workspace cannot run a change without its approvals"):
        policy.refuse_breaking(member("UHEAD", standing=Standing.GUEST))


def test_a_policy_knows_everybody_whom_it_names() -> None:
    rules = (
        Rule(steps=("delete_segment",), approvals=1, approvers=frozenset({"SA"}), requesters=frozenset({"SB"})),
        Rule(steps=("add_members",), approvals=1, approvers=frozenset({"UC"})),
    )
    policy = Policy(approvers=frozenset({"UD"}), requesters=frozenset({"SE"}), breakers=frozenset({"SF"}), rules=rules)
    assert policy.named == {"SA", "SB", "UC", "UD", "SE", "SF"}


@pytest.mark.parametrize("wrong", ["ben", "@UBEN", "C0CHANNEL", "Uben", ""])
def test_a_breaker_has_to_be_a_user_or_a_group(wrong: str) -> None:
    with pytest.raises(ValidationError, match="not a user id"):
        Policy(approvers=frozenset({"UBEN"}), breakers=frozenset({wrong}))


def test_an_undo_names_itself_as_the_reason_of_what_its_change_needed() -> None:
    asked = [Requirement(approvals=1, why="x", approvers=frozenset({one})) for one in ("SONE", "STWO")]
    need = POLICY.need(plan(add(1), undoes=1), undone=Need(approvals=1, why="y", requirements=tuple(asked)))
    assert need.each == tuple(one.model_copy(update={"why": "undoes what was approved"}) for one in asked)


def test_a_policy_has_another_digest_when_something_else_needs_an_approval_or_somebody_else_may_give_it() -> None:
    rule = Rule(steps=("add_members",), approvals=1, approvers=frozenset({"UBEN", "UCLEO", "UDAN"}))
    policies = (
        POLICY,
        Policy(approvers=frozenset({"UBEN"})),
        Policy(approvers=POLICY.approvers, requesters=frozenset({"UANA"})),
        Policy(approvers=POLICY.approvers, breakers=frozenset({"UBEN"})),
        Policy(approvers=POLICY.approvers, rules=()),
        Policy(approvers=POLICY.approvers, rules=(rule,)),
        Policy(approvers=POLICY.approvers, rules=(rule.model_copy(update={"live": True}),)),
    )
    assert len({one.digest for one in policies}) == len(policies)
    assert Policy(approvers=POLICY.approvers, auditors=frozenset({"UDAN"})).digest == POLICY.digest
    fixed = Policy(approvers=frozenset({"UBEN", "UCLEO", "UDAN"}), rules=(rule,))
    # The same in every process, however it orders its sets.
    assert fixed.digest == "2a8706e086b474d329d87b08de4c2d34a7c9ca3da19aa79f26d344757efec9ce"
