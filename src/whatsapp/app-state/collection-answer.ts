/** What the server says of a collection that was asked for or changed. */
import type { BinaryNode } from "../baileys.ts";
import { getBinaryNodeChild, getBinaryNodeChildren, proto } from "../baileys.ts";
import { AppStateError } from "./app-state-error.ts";

export interface Answer {
  /** Where all that there is up to some version lies; null when only changes were given. */
  snapshot: proto.IExternalBlobReference | null;
  /** The changes after that, in order. */
  patches: proto.ISyncdPatch[];
  /** There are more: ask again from where these end. */
  hasMore: boolean;
}

/** WhatsApp's code for a change on top of a state that is no longer the latest. */
const CONFLICT = "409";

function bytesIn({ content }: BinaryNode): Uint8Array {
  if (!(content instanceof Uint8Array)) throw new AppStateError("unverified");
  return content;
}

/** @param version where we stand. @throws AppStateError when it is no answer, or a no */
export function parseAnswer(iq: BinaryNode | undefined, version: number): Answer {
  // A query that timed out may resolve without an answer.
  const collection = getBinaryNodeChild(getBinaryNodeChild(iq, "sync"), "collection");
  if (!collection) throw new AppStateError("unanswered");
  if (collection.attrs.type === "error") {
    const code = getBinaryNodeChild(collection, "error")?.attrs.code;
    throw new AppStateError(code === CONFLICT ? "conflict" : "refused");
  }
  const snapshot = getBinaryNodeChild(collection, "snapshot");
  const holder = getBinaryNodeChild(collection, "patches") ?? collection;
  try {
    return {
      snapshot: snapshot ? proto.ExternalBlobReference.decode(bytesIn(snapshot)) : null,
      patches: getBinaryNodeChildren(holder, "patch").map((node, index) => {
        const patch = proto.SyncdPatch.decode(bytesIn(node));
        // Its MAC proves whether the guess is right.
        patch.version ??= { version: version + index + 1 };
        return patch;
      }),
      hasMore: collection.attrs.has_more_patches === "true",
    };
  } catch {
    throw new AppStateError("unverified");
  }
}
