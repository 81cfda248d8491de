/* What every component may need to know: the directory, who I am, and how to act.
 *
 * A session is {directory, me, act(verb, body) → the control API's answer, confirm(dialog) → true or false}. */

import { createContext, useContext } from "./html.js";

export const Session = createContext(null);

export const useSession = () => useContext(Session);

export const useDirectory = () => useSession().directory;
