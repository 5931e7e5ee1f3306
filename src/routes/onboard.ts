/** One call for a product's own onboarding page. */
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import type { InstanceRpc, InstanceView, PendingProfile } from "../durable/rpc.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { withoutUndefined } from "../schemas/common.ts";
import { OnboardedSchema, OnboardSchema } from "../schemas/onboard.ts";
import { connectedText, enterCodeText } from "./connection-text.ts";
import { answer, errorResponses, jsonContent, needs } from "./document.ts";
import { generateInstanceId } from "./instance-id.ts";

const onboard = createRoute({
  ...needs("manage"),
  method: "post",
  path: "/api/onboard",
  operationId: "onboard",
  tags: ["Whitelabel"],
  summary: "Onboard a number",
  description:
    "Makes an instance for a phone, sets it up, and gives the code to type into that phone: one call instead of create, " +
    "webhook, settings and pair. Called again for the same phone it uses the same instance, changes what is given, and " +
    "gives the code that is still valid. Name and About text are set once the number is connected. It waits for the " +
    "code, 10 seconds at most; after a 503 call it again.",
  request: { body: { required: true, content: jsonContent(OnboardSchema) } },
  responses: {
    200: answer("There was an instance for this phone; it is linked, or a code was made", OnboardedSchema),
    201: answer("A new instance, and the code to type into the phone", OnboardedSchema),
    ...errorResponses("invalid_request", "unauthorized", "wrong_state", "too_large", "unsupported_media_type"),
  },
});

type Onboarding = z.infer<typeof OnboardSchema>;

/** Changes the instance with this id as the body says, or makes it. @returns true when it was made */
async function setUp(
  instance: InstanceRpc,
  orgId: string,
  instanceId: string,
  body: Onboarding,
  origin: string,
): Promise<boolean> {
  const { name, webhookUrl, behaviorSettings, profileName, profileStatus: about } = body;
  const pendingProfile: PendingProfile = withoutUndefined({ name: profileName, about });
  const hasPending = Object.keys(pendingProfile).length > 0;
  const existing = await instance.update(orgId, {
    ...withoutUndefined({ name, webhookUrl, behaviorSettings }),
    ...(hasPending ? { pendingProfile } : {}),
  });
  if (existing.ok || existing.error.code !== "not_found") {
    unwrap(existing);
    return false;
  }
  const created = await instance.initialise({
    orgId,
    instanceId,
    name: name ?? instanceId,
    webhookUrl: webhookUrl ?? null,
    behaviorSettings: behaviorSettings ?? {},
    antiBanSettings: {},
    pendingProfile,
    origin,
  });
  unwrap(created);
  return true;
}

function messageOf(pairingCode: string | null, view: InstanceView): string {
  if (pairingCode !== null) return enterCodeText(pairingCode);
  if (view.status === "connected") return `Instance already exists for this phone number. ${connectedText(view)}`;
  return "Instance already exists for this phone number and connects with its stored device";
}

export const onboarding = new OpenAPIHono<AppEnv>().openapi(onboard, async (c) => {
  const { services, orgId } = c.var;
  const body = c.req.valid("json");
  const newId = generateInstanceId(services.now(), services.random);
  const instanceId = await services.directory(orgId).claimPhone(body.phone, newId);
  c.set("auditTarget", instanceId);
  const instance = services.instance(orgId, instanceId);
  const isNew = await setUp(instance, orgId, instanceId, body, new URL(c.req.url).origin);
  const { pairingCode, instance: view } = unwrap(await instance.requestPairingCode(orgId, body.phone));
  const message = messageOf(pairingCode, view);
  const onboarded = { success: true as const, instanceId, pairingCode, status: view.status, message };
  return isNew ? c.json(onboarded, 201) : c.json(onboarded, 200);
});
