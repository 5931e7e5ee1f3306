import type { proto } from "../baileys.ts";
import { type ComposeContext, contextInfo } from "./context.ts";

/** Degrees, WGS 84. */
interface Place {
  latitude: number;
  longitude: number;
  name?: string;
  address?: string;
  /** Shown below the map. */
  text: string;
}

export function composeLocation(
  { latitude, longitude, name, address, text }: Place,
  context: ComposeContext,
): proto.IMessage {
  return {
    locationMessage: {
      degreesLatitude: latitude,
      degreesLongitude: longitude,
      ...(name && { name }),
      ...(address && { address }),
      ...(text && { comment: text }),
      ...contextInfo(context),
    },
  };
}
