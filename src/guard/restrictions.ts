import type { Store } from "../store/store.ts";
import type { Restrictions } from "../whatsapp/session.ts";

/** What WhatsApp tells of its restrictions becomes state; a part it did not tell stays as it was. */
export function learnRestrictions({ lock, cap }: Restrictions, store: Store, now: number): void {
  const { state } = store.safety.load();
  if (lock && lock.isActive !== (state.lock?.isActive ?? false)) {
    const text = lock.isActive
      ? `WhatsApp locked new chats until ${lock.until ?? "further notice"}`
      : "WhatsApp lifted the lock on new chats";
    store.logs.add(lock.isActive ? "error" : "success", text, now);
  }
  const checkedAt = new Date(now).toISOString();
  store.safety.saveState({
    ...state,
    lock: lock ? { ...lock, checkedAt } : state.lock,
    cap: cap ? { ...cap, checkedAt } : state.cap,
  });
}
