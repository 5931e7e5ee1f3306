/** The HTTP API: middleware in the order it runs, then one sub-app per tag. Imports nothing of the platform. */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv, Platform } from "./middleware/app-env.ts";
import { authenticate } from "./middleware/authenticate.ts";
import { authorise } from "./middleware/authorise.ts";
import { cors } from "./middleware/cors.ts";
import { respondNotFound, respondToError } from "./middleware/errors.ts";
import { idempotency } from "./middleware/idempotency.ts";
import { instance } from "./middleware/instance.ts";
import { jsonBody } from "./middleware/json-body.ts";
import { requestId } from "./middleware/request-id.ts";
import { services } from "./middleware/services.ts";
import { unreadBody } from "./middleware/unread-body.ts";
import { refuseInvalid } from "./middleware/validation.ts";
import { buildOpenApi, serveOpenApi } from "./openapi.ts";
import type { Document } from "./reference/document.ts";
import { reference } from "./reference/serve.ts";
import { audit } from "./routes/audit.ts";
import { behavior } from "./routes/behavior.ts";
import { connections } from "./routes/connection.ts";
import { describeWebhooks } from "./routes/event-catalogue.ts";
import { events } from "./routes/events.ts";
import { handoff } from "./routes/handoff.ts";
import { health } from "./routes/health.ts";
import { instances } from "./routes/instances.ts";
import { keys } from "./routes/keys.ts";
import { logs } from "./routes/logs.ts";
import { media } from "./routes/media.ts";
import { messageActs } from "./routes/message-acts.ts";
import { messaging } from "./routes/messaging.ts";
import { metrics } from "./routes/metrics.ts";
import { numberSafety } from "./routes/number-safety.ts";
import { onboarding } from "./routes/onboard.ts";
import { profiles } from "./routes/profile.ts";
import { sessions } from "./routes/session.ts";
import { storage } from "./routes/storage.ts";
import { system } from "./routes/system.ts";
import { uploads } from "./routes/upload.ts";
import { webhooks } from "./routes/webhook.ts";
import { webhookDeliveries } from "./routes/webhook-deliveries.ts";
import { LIMITS } from "./schemas/limits.ts";
import type { SettingsSource } from "./settings.ts";

/** The app on a platform: the Worker's Durable Objects, or a test's own. */
export function buildApp<Bindings extends SettingsSource>(platform: Platform<Bindings>): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid });
  app.onError(respondToError);
  app.notFound(respondNotFound(app.routes));

  app.use(unreadBody);
  app.use(requestId);
  app.use(services(platform));
  app.use(cors);
  app.get("/openapi.json", serveOpenApi(app));
  app.route(
    "/",
    reference(() => buildOpenApi(app) as unknown as Document),
  );
  app.route("/", health());

  app.use("/api/*", authenticate());
  app.use("/api/*", authorise(app));
  app.use(
    "/api/*",
    jsonBody({
      maxBytes: LIMITS.jsonBodyBytes,
      uploadPath: "/api/upload",
      uploadBytes: LIMITS.uploadBodyBytes,
      sessionBytes: LIMITS.sessionBodyBytes,
    }),
  );
  app.use("/api/instances/:instanceId/*", instance);
  app.use("/api/*", idempotency);
  app.route("/", onboarding);
  app.route("/", instances);
  app.route("/", connections);
  app.route("/", sessions);
  app.route("/", messaging);
  app.route("/", profiles);
  app.route("/", messageActs);
  app.route("/", uploads);
  app.route("/", media);
  app.route("/", webhooks);
  app.route("/", webhookDeliveries);
  app.route("/", events);
  app.route("/", behavior);
  app.route("/", numberSafety);
  app.route("/", handoff);
  app.route("/", logs);
  app.route("/", system);
  app.route("/", metrics);
  app.route("/", storage());
  app.route("/", keys);
  app.route("/", audit);
  describeWebhooks(app);
  return app;
}
