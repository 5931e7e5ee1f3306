/** Writes docs/openapi.json from the routes: `npm run openapi`. The file makes every change of the API visible in review. */
import { writeFile } from "node:fs/promises";
import { openApiSnapshot } from "./openapi-document.ts";

const file = new URL("../docs/openapi.json", import.meta.url);
await writeFile(file, openApiSnapshot());
