"""Uploads and files: ask for a URL, POST the content there, complete; and who may read them.

Facts: docs.slack.dev/messaging/working-with-files.
"""

from mimetypes import guess_type
from pathlib import PurePosixPath
from urllib.parse import quote

from bot.sandbox.workspace.ids import new_id
from bot.sandbox.workspace.people import BOT_USER_ID, Conversation
from bot.sandbox.workspace.refusals import Json, Refusal
from bot.sandbox.workspace.state import Workspace, bot_author
from bot.sandbox.workspace.web_api.call import Call

FILES_MOST = 10


def upload_url(call: Call) -> Json:
    """files.getUploadURLExternal: `filename` and `length` in bytes."""
    name, length = str(call.required("filename")), str(call.required("length"))
    if not length.isdigit() or int(length) == 0:
        raise Refusal.of_faults("invalid_arguments", ["must be a number above 0 [json-pointer:/length]"])
    file = described(call.workspace, name, int(length), BOT_USER_ID)
    call.workspace.archive.keep_file({**file, "awaited": True}, b"")
    return {"upload_url": f"{call.workspace.public_url}/upload/{file['id']}", "file_id": file["id"]}


def described(workspace: Workspace, name: str, size: int, owner: str) -> Json:
    """Build a new file object."""
    id_ = new_id("F")
    url = f"{workspace.public_url}/files/{id_}/{quote(name, safe='')}"
    return {
        "id": id_,
        "created": int(workspace.clock()),
        "timestamp": int(workspace.clock()),
        "name": name,
        "title": name,
        "mimetype": guess_type(name)[0] or "text/plain",
        "filetype": PurePosixPath(name).suffix.removeprefix(".") or "text",
        "user": owner,
        "mode": "hosted",
        "size": size,
        "url_private": url,
        "url_private_download": url,
        "channels": [],
        "ims": [],
    }


def receive(workspace: Workspace, file_id: str, content: bytes) -> None:
    """Store the content POSTed to an upload URL; refused if it is not expected or has another length."""
    file = workspace.archive.files.get(file_id)
    if file is None or not file.get("awaited"):
        raise Refusal("file_not_found")
    if len(content) != file["size"]:
        raise Refusal("file_upload_size_restricted")
    workspace.archive.keep_file({**file, "awaited": False}, content)


def complete(call: Call) -> Json:
    """files.completeUploadExternal: name the files and, with `channel_id`, share them in one message."""
    wanted = call.json("files") or []
    if not 1 <= len(wanted) <= FILES_MOST:
        raise Refusal.of_faults("invalid_arguments", ["1 to 10 files [json-pointer:/files]"])
    room = _target(call)
    files = [_completed(call, entry, room) for entry in wanted]
    if room is not None:
        content = {"text": call.args.get("initial_comment") or "", "files": files, "upload": True}
        content |= {"thread_ts": call.args["thread_ts"]} if call.args.get("thread_ts") else {}
        call.workspace.post(room.id, bot_author(), content)
    return {"files": files}


def _target(call: Call) -> Conversation | None:
    channel = call.args.get("channel_id")
    return Call(call.workspace, {"channel": channel}).joined() if channel else None


def _completed(call: Call, entry: Json, room: Conversation | None) -> Json:
    file = call.workspace.archive.files.get(entry["id"])
    if file is None or file.get("awaited", True):
        raise Refusal("file_not_found")
    shared = {"ims" if room and room.person else "channels": [room.id] if room else []}
    done = {key: value for key, value in file.items() if key != "awaited"}
    done = {**done, **shared, "title": entry.get("title") or file["name"]}
    call.workspace.archive.rename_file(done)
    return done


def file_info(call: Call) -> Json:
    """files.info; of a file where the app is not, it knows nothing."""
    file = call.workspace.archive.files.get(str(call.required("file")))
    if file is None or not is_open_to_app(call.workspace, file):
        raise Refusal("file_not_found")
    return {"file": file, "comments": []}


def may_see(workspace: Workspace, file: Json, user_id: str) -> bool:
    """Return whether a person may download a file: it is theirs, or shared where they are."""
    return file["user"] == user_id or any(user_id in room.members for room in _rooms(workspace, file))


def is_open_to_app(workspace: Workspace, file: Json) -> bool:
    """Return whether the app may read a file: it came with its form, or is shared where the app is."""
    return not _rooms(workspace, file) or may_see(workspace, file, BOT_USER_ID)


def _rooms(workspace: Workspace, file: Json) -> list[Conversation]:
    return [workspace.directory.conversations[one] for one in (*file["channels"], *file["ims"])]
