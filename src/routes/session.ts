/** A linked session moves between deployments, and from and to other systems on Baileys, without a new QR. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { type Result, refuse } from "../errors.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema } from "../schemas/common.ts";
import {
  ExportedSchema,
  ExportHeadersSchema,
  ExportQuerySchema,
  ImportedSchema,
  ImportHeadersSchema,
  ImportSessionSchema,
} from "../schemas/session.ts";
import { type Envelope, open, seal } from "../session-transfer/envelope.ts";
import { jsonOf, type ReadSession, readFiles, readOwn } from "../session-transfer/read-session.ts";
import { writeSession } from "../session-transfer/write-session.ts";
import { AUDITED, answer, BODY_REFUSALS, errorResponses, jsonContent, needs } from "./document.ts";
import { instanceAnswer } from "./instance-answer.ts";

const tags = ["Connection"];
const params = InstanceParamsSchema;

const exportSession = createRoute({
  ...needs("admin"),
  ...AUDITED,
  method: "get",
  path: "/api/instances/{instanceId}/session",
  operationId: "exportSession",
  tags,
  summary: "Export the linked session",
  description:
    "Gives credentials and keys of the linked device, encrypted with the passphrase of the header. Who has both can be " +
    "this number: keep them apart. The instance must be disconnected (409), and should stay so: a session is good for " +
    "one place at a time, a second one that connects throws the first out (`replaced`). Messages are not part of it. " +
    "No larger than an import takes: of several thousand contacts, Signal sessions of the oldest are left out (`omitted`).",
  request: { params, headers: ExportHeadersSchema, query: ExportQuerySchema },
  responses: {
    200: answer("The encrypted session", ExportedSchema),
    ...errorResponses("invalid_request", "unauthorized", "not_found", "wrong_state"),
  },
});

const importSession = createRoute({
  ...needs("admin"),
  method: "post",
  path: "/api/instances/{instanceId}/session",
  operationId: "importSession",
  tags,
  summary: "Import a session",
  description:
    "Takes over a device that was linked elsewhere: a session that was exported here, or the files of a system on " +
    "Baileys. Stop that system first. All of it is checked before anything is stored. The instance must be disconnected " +
    "and not linked (409); afterwards `POST …/connect` logs in without a QR.",
  request: {
    params,
    headers: ImportHeadersSchema,
    body: { required: true, content: jsonContent(ImportSessionSchema) },
  },
  responses: {
    200: answer("The session is stored", ImportedSchema),
    ...errorResponses(...BODY_REFUSALS, "wrong_state"),
  },
});

async function opened(envelope: Envelope, passphrase: string | undefined): Promise<Result<ReadSession>> {
  if (passphrase === undefined) {
    const issues = [{ path: "X-Session-Passphrase", message: "Send the passphrase the session was exported with" }];
    return refuse("invalid_request", "The request is not valid", { issues });
  }
  const text = await open(envelope, passphrase);
  if (!text.ok) return text;
  const content = jsonOf(text.value);
  return envelope.content === "wasup" ? readOwn(content) : readFiles(content);
}

export const sessions = new OpenAPIHono<AppEnv>()
  .openapi(exportSession, async (c) => {
    const { "x-session-passphrase": passphrase } = c.req.valid("header");
    const { format } = c.req.valid("query");
    const copy = unwrap(await c.var.instance.exportSession(c.var.orgId));
    const session = await seal(writeSession(copy, format), format, passphrase);
    const message =
      "The instance stays disconnected until connect. Do not connect it again once the copy is in use elsewhere.";
    return c.json({ success: true as const, message, omitted: copy.omitted, session }, 200);
  })
  .openapi(importSession, async (c) => {
    const { instance, orgId } = c.var;
    const { session, files, replace } = c.req.valid("json");
    // Hono keeps the text of a body for whoever asks again; this one is large, and nobody does.
    c.req.bodyCache = {};
    // Opening costs a Worker's time and memory: not for an instance that could not take it.
    unwrap(await instance.mayImportSession(orgId, { replace }));
    const { "x-session-passphrase": passphrase } = c.req.valid("header");
    const read = session === undefined ? readFiles(files) : await opened(session, passphrase);
    const { copy, phone, lid, ignored } = unwrap(read);
    const view = unwrap(await instance.importSession(orgId, copy, { phone, lid, replace }));
    const message = `Session imported for ${phone}. Connect uses it, without a QR.`;
    const keys = copy.keys.length;
    return c.json({ success: true as const, message, keys, ignored, instance: instanceAnswer(view) }, 200);
  });
