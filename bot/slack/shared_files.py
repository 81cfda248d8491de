"""Files in messages: used from the message's menu, or dropped into the bot's own messages. Pure.

Both lead to the form of the Command that takes a file. Raises Undecodable as ``decoding`` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.answers import Answer, Sentence, UploadOffers
from bot.core.command import Call, Command, Group
from bot.core.errors import Misuse, Refusal
from bot.core.invocation import Delivery
from bot.core.language.args import UploadInput, input_of
from bot.core.list_files.file_endings import refuse_by_name
from bot.core.people import Place
from bot.core.uploads import Upload
from bot.slack.decoding import Body, FormNeeded, clicked_in, expected_shape
from bot.slack.file_downloads import refuse_unkept
from bot.slack.inputs import decode_upload
from bot.slack.payloads import BlockActions, MessagePosted, MessageShortcut

NO_FILE = "This message has no file. Choose a message with a CSV, text or .xlsx file."
ONLY_WORDS = (
    "I read no messages, only files: drop a list of shoppers here, as CSV, text or .xlsx. "
    "For everything else, type `/{group} help`."
)
SEVERAL = "This message has {count} files. Which one is the list?"
DROPPED = "Use {name} as a list of shoppers?"
NEXT = "Nothing was done yet. The form asks for the segment, and what to do with the list."
Groups = tuple[Group, ...]


@dataclass(frozen=True)
class FilesOffered:
    """Files of which a person has to choose one, or that they have to say something about."""

    delivery: Delivery
    answer: Answer


@dataclass(frozen=True)
class FilesRefused:
    """A message without a file that can be read, and why."""

    delivery: Delivery
    refusal: Refusal


SharedFiles = FormNeeded | FilesOffered | FilesRefused
"""What the files of a message can lead to."""


def shortcut(body: Body, groups: Groups) -> SharedFiles:
    """Decode the shortcut in a message's menu: the form for the message's file."""
    command, field = _taker(groups)
    with expected_shape():
        payload = MessageShortcut.model_validate(body)
        files, refusal = _readable(payload.message.files, Misuse(NO_FILE, for_log="The message has no file."))
    delivery = _delivery(payload, Call(command, {field: files[0].id} if files else {}))
    if refusal:
        return FilesRefused(delivery, refusal)
    if len(payload.message.files) > 1:
        return FilesOffered(delivery, _which(files, len(payload.message.files)))
    return FormNeeded(delivery, Call(command, {field: files[0].model_dump()}))


def click(body: Body, groups: Groups) -> FormNeeded:
    """Decode a click on the button of a file: the form that takes it."""
    command, field = _taker(groups)
    with expected_shape():
        payload = BlockActions.model_validate(body)
        call = Call(command, {field: Upload.model_validate_json(payload.actions[0].value).model_dump()})
    return FormNeeded(_delivery(payload, call), call)


def message(body: Body, groups: Groups) -> FilesOffered | FilesRefused | None:
    """Decode a message to the bot: a button for each file. None if no person wrote it."""
    command, field = _taker(groups)
    with expected_shape():
        posted = MessagePosted.model_validate(body).event
        words = Misuse(ONLY_WORDS.format(group=command.group), for_log="The message has no file.")
        if not posted.is_a_persons:
            return None
        files, refusal = _readable(posted.files, words)
    call = Call(command, {field: files[0].id} if files else {})
    # The message is known by its place and time, however often, and as whichever event, it is told.
    delivery = Delivery(
        id=f"{posted.channel}/{posted.ts}",
        actor=posted.user,
        workspace=posted.team,
        place=Place(),
        command=command.path,
        said=call.recorded(),
    )
    if refusal:
        return FilesRefused(delivery, refusal)
    count = len(posted.files)
    return FilesOffered(delivery, _which(files, count) if count > 1 else _offer(files[0]))


def writer(body: Body) -> tuple[str, Place] | None:
    """Decode who wrote a message to the bot; None if no person did."""
    with expected_shape():
        posted = MessagePosted.model_validate(body).event
    return (posted.user, Place()) if posted.is_a_persons else None


def _taker(groups: Groups) -> tuple[Command, str]:
    """Return the Command that takes a file, and its field. Raises LookupError if there is none."""
    for command in (one for group in groups for one in group.commands):
        for name, field in command.args.model_fields.items():
            if isinstance(input_of(field), UploadInput):
                return command, name
    raise LookupError("no command takes a file")


def _readable(files: Sequence[Mapping[str, Any]], otherwise: Misuse) -> tuple[list[Upload], Refusal | None]:
    """Return the files that may be lists; if none is, why not."""
    readable, refusals = list[Upload](), list[Refusal]()
    for file in files:
        upload = decode_upload(file)
        try:
            refuse_unkept(upload, file)
            refuse_by_name(upload.name)
            readable.append(upload)
        except Refusal as refusal:
            refusals.append(refusal)
    return readable, None if readable else next(iter(refusals), otherwise)


def _delivery(payload: BlockActions | MessageShortcut, call: Call) -> Delivery:
    return Delivery(**clicked_in(payload), command=call.command.path, said=call.recorded())


def _which(files: Sequence[Upload], count: int) -> Answer:
    return Answer(SEVERAL.format(count=count), (Sentence(NEXT, quiet=True), UploadOffers(tuple(files))))


def _offer(file: Upload) -> Answer:
    return Answer(DROPPED.format(name=file.name), (Sentence(NEXT, quiet=True), UploadOffers((file,))))
