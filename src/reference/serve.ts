/** Serves the API reference: everybody may read it, and it loads nothing from elsewhere. */
import { type Context, Hono } from "hono";
import type { AppEnv } from "../middleware/app-env.ts";
import { SEARCH, STYLE } from "./assets.ts";
import type { Document } from "./document.ts";
import { referencePage } from "./page.ts";

/** Nothing but this deployment's own files, and no frame around them. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'none'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

/** @param document made at the first request, when every route is mounted */
export function reference(document: () => Document): Hono<AppEnv> {
  let page: string | null = null;
  const file = (c: Context<AppEnv>, text: string, type: string): Response =>
    c.body(text, 200, { "Content-Type": `${type}; charset=utf-8`, "Content-Security-Policy": POLICY });
  return new Hono<AppEnv>()
    .get("/docs", (c) => {
      page ??= referencePage(document());
      return file(c, page, "text/html");
    })
    .get("/docs/style.css", (c) => file(c, STYLE, "text/css"))
    .get("/docs/search.js", (c) => file(c, SEARCH, "text/javascript"));
}
