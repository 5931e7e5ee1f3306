/** Every flow, registered in the dispatch table. */
import { Router } from "../router.ts";
import { registerAppState } from "./app-state.ts";
import { registerEndings } from "./endings.ts";
import { registerGroups } from "./groups.ts";
import { registerLogin } from "./login.ts";
import { registerMedia } from "./media.ts";
import { registerMessages } from "./messages.ts";
import { registerPairingCode } from "./pairing-code.ts";
import { registerPrekeys } from "./prekeys.ts";
import { registerPresence } from "./presence.ts";
import { registerProfile } from "./profile.ts";
import { registerReceipts } from "./receipts.ts";
import { registerRestrictions } from "./restrictions.ts";
import { registerUsync } from "./usync.ts";

export function buildRouter(): Router {
  const router = new Router();
  registerPairingCode(router);
  registerLogin(router);
  registerPrekeys(router);
  registerUsync(router);
  registerMedia(router);
  registerGroups(router);
  registerMessages(router);
  registerReceipts(router);
  registerPresence(router);
  registerAppState(router);
  registerProfile(router);
  registerRestrictions(router);
  registerEndings(router);
  return router;
}
