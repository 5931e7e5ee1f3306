/** The linked account's own profile. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../middleware/app-env.ts";
import { unwrap } from "../middleware/errors.ts";
import { InstanceParamsSchema } from "../schemas/common.ts";
import {
  ProfileChangedSchema,
  ProfileSchema,
  SetAboutSchema,
  SetPictureSchema,
  SetProfileNameSchema,
} from "../schemas/profile.ts";
import { answer, errorResponses, jsonContent, needs } from "./document.ts";

const tags = ["Profile"];
const params = InstanceParamsSchema;
const changed = {
  200: answer("WhatsApp has taken the change", ProfileChangedSchema),
  ...errorResponses(
    "invalid_request",
    "unauthorized",
    "not_found",
    "not_connected",
    "too_large",
    "unsupported_media_type",
  ),
};

const getProfile = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/instances/{instanceId}/profile",
  operationId: "getProfile",
  tags,
  summary: "Read the profile",
  description:
    "The linked number, and while it is connected what others see of it: name, About text and picture, asked from WhatsApp.",
  request: { params },
  responses: {
    200: answer("The profile", ProfileSchema),
    ...errorResponses("unauthorized", "not_found", "wrong_state"),
  },
});

const setName = createRoute({
  ...needs("manage"),
  method: "put",
  path: "/api/instances/{instanceId}/profile/name",
  operationId: "setProfileName",
  tags,
  summary: "Change the display name",
  description:
    "The name that people see who have not saved the number. The number has to be connected; for some seconds after " +
    "linking WhatsApp is not ready for it (503).",
  request: { params, body: { required: true, content: jsonContent(SetProfileNameSchema) } },
  responses: changed,
});

const setPicture = createRoute({
  ...needs("manage"),
  method: "put",
  path: "/api/instances/{instanceId}/profile/picture",
  operationId: "setProfilePicture",
  tags,
  summary: "Set the picture",
  description:
    "Uploads a square JPEG as the account's picture, from an https address of the public internet or from a data URL. A " +
    "picture of another format or size is refused with what is wrong with it. The number has to be connected.",
  request: { params, body: { required: true, content: jsonContent(SetPictureSchema) } },
  responses: changed,
});

const removePicture = createRoute({
  ...needs("manage"),
  method: "delete",
  path: "/api/instances/{instanceId}/profile/picture",
  operationId: "removeProfilePicture",
  tags,
  summary: "Remove the picture",
  description: "Removes the account's picture; WhatsApp shows its own placeholder. The number has to be connected.",
  request: { params },
  responses: {
    200: answer("WhatsApp has removed it", ProfileChangedSchema),
    ...errorResponses("unauthorized", "not_found", "not_connected"),
  },
});

const setAbout = createRoute({
  ...needs("manage"),
  method: "put",
  path: "/api/instances/{instanceId}/profile/status",
  operationId: "setProfileStatus",
  tags,
  summary: "Change the About text",
  description: "The line under the name; an empty text removes it. The number has to be connected.",
  request: { params, body: { required: true, content: jsonContent(SetAboutSchema) } },
  responses: changed,
});

export const profiles = new OpenAPIHono<AppEnv>()
  .openapi(getProfile, async (c) => {
    const { about: status, ...profile } = unwrap(await c.var.instance.profile(c.var.orgId));
    return c.json({ success: true as const, profile: { ...profile, status } }, 200);
  })
  .openapi(setName, async (c) => {
    const { name } = c.req.valid("json");
    unwrap(await c.var.instance.changeProfile(c.var.orgId, { field: "name", value: name }));
    return c.json({ success: true as const, message: `Display name updated to "${name}"` }, 200);
  })
  .openapi(setPicture, async (c) => {
    const { imageUrl } = c.req.valid("json");
    unwrap(await c.var.instance.changeProfile(c.var.orgId, { field: "picture", value: imageUrl }));
    return c.json({ success: true as const, message: "Profile picture updated" }, 200);
  })
  .openapi(removePicture, async (c) => {
    unwrap(await c.var.instance.changeProfile(c.var.orgId, { field: "picture", value: null }));
    return c.json({ success: true as const, message: "Profile picture removed" }, 200);
  })
  .openapi(setAbout, async (c) => {
    const { status } = c.req.valid("json");
    unwrap(await c.var.instance.changeProfile(c.var.orgId, { field: "about", value: status }));
    return c.json({ success: true as const, message: `About text updated to "${status}"` }, 200);
  });
