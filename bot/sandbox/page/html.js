/* Preact and its templates, which htm reads. Outside words enter them as text or attributes, never as markup. */

import { h } from "preact";
import htm from "htm";

export { createContext, render } from "preact";
export { useContext, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";

export const html = htm.bind(h);

const LINK = /^(https?:|mailto:|tel:|\/(?!\/))/i;

/** True for a link that may be followed: no scripts. */
export const isSafeUrl = (url) => LINK.test(url);

/** Attributes of a link that opens beside the page. */
export const beside = (url) => ({ href: url, target: "_blank", rel: "noopener noreferrer" });
