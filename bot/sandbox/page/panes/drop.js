/* Files that are dropped on a conversation: anywhere on it, as in Slack. */

import { useState } from "../html.js";

/** The attributes of what takes files where `isOpen`: `share(files)` is called with those that were dropped. */
export function useDrop(isOpen, share) {
  const [isOver, setOver] = useState(false);
  const over = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault(); // else the browser would leave the page for the file
    setOver(isOpen);
  };
  const left = (event) => event.currentTarget.contains(event.relatedTarget) || setOver(false);
  const dropped = (event) => {
    event.preventDefault();
    setOver(false);
    if (isOpen) share([...event.dataTransfer.files]);
  };
  return { "data-drop": isOver ? "over" : null, onDragOver: over, onDragLeave: left, onDrop: dropped };
}
