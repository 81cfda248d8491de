"""Verbs that people type for what is done by another command: these are suggested for them, and nothing is done.

Verbs that mean the same as a command are its ``aliases``, and run it.
"""

from collections.abc import Mapping

Meant = Mapping[str, tuple[str, ...]]
"""Paths of commands, by the verb that people type for them."""


def _meant(*each: tuple[str, str]) -> Meant:
    """Build the mapping from pairs: paths of commands (or several, with commas), and the verbs for them."""
    return {verb: tuple(paths.split(", ")) for paths, verbs in each for verb in verbs.split()}


_UNDO = ("change undo", "undo redo restore recover revert rollback")
_DECIDE = ("change list", "approve reject accept decline confirm deny")
SEGMENT = _meant(
    ("segment add, segment remove", "move transfer shift migrate swap switch"),
    ("segment add", "assign tag label subscribe attach connect include insert append invite push bring enrol fill"),
    ("segment remove", "unassign untag unsubscribe detach disconnect exclude eject ban pull"),
    (
        "segment show",
        "see look display inspect examine count size total stats trend chart graph history status",
    ),
    ("segment list", "browse all dir"),
    ("segment members", "peek"),
    ("segment edit", "set modify relabel retitle title name fix"),
    ("segment create", "build generate"),
    ("segment copy", "backup"),
    ("segment export", "dump save print report email"),
    ("segment combine", "intersection difference subtract minus filter consolidate"),
    ("segment overlap", "diff"),
    ("segment delete", "erase trash discard"),
    ("segment rule", "follow automate dynamic"),
    ("segment run", "rerun execute apply evaluate"),
    ("segment freeze", "unfollow static"),
    ("segment clear", "wipe purge truncate reset flush"),
    ("promotion target", "target retarget"),
    ("shopper why", "why explain"),
    ("change list", "changes"),
    _UNDO,
    _DECIDE,
)
SHOPPER = _meant(
    ("segment add, segment remove", "move transfer shift migrate swap switch"),
    ("segment add", "assign tag label subscribe attach include insert append invite bring enrol"),
    ("segment remove", "unassign untag unsubscribe detach exclude eject block"),
    ("segment import", "import upload load"),
    ("segment export", "export download csv"),
    ("shopper find", "search lookup locate list ls browse all dir"),
    ("shopper show", "see look display inspect examine open"),
    ("shopper register", "build"),
    _UNDO,
    _DECIDE,
)
PROMOTION = _meant(
    ("promotion show", "see look display inspect examine status stats"),
    ("promotion list", "browse all dir"),
    ("promotion target", "aim point apply show-to include limit restrict exclude assign"),
    ("promotion rule", "filter set"),
    ("promotion untarget", "reset clear unlimit unrestrict"),
    ("promotion enable", "on launch publish unpause run begin"),
    ("promotion disable", "off suspend halt hold end archive kill"),
    ("promotion enable, promotion disable", "toggle switch turn schedule"),
    _UNDO,
    _DECIDE,
)
CHANGE = _meant(
    ("change show", "see look display inspect examine status read what confirm deny refuse ok yes no execute"),
    ("change list", "browse all dir waiting open-ones"),
    ("change retry", "redo rerun resume repeat run start"),
    ("change withdraw", "discard trash delete remove drop"),
    ("change undo", "recover reset"),
    ("change stop", "pause hold kill"),
    ("change except", "skip omit minus"),
    ("audit recent", "log history"),
    ("audit export", "export download csv"),
)
AUDIT = _meant(
    ("audit recent", "see look display browse read all ls dir filter who what when"),
    ("audit export", "dump save backup report print"),
    ("audit verify", "validate test prove"),
    ("change list", "changes"),
)
SUMMARY = _meant(
    ("summary show", "see look view display read open get report"),
    ("summary post", "email mail push"),
)
