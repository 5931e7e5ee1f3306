/** Every file of tests starts with empty objects and an empty bucket, although all of them share one worker. */
import { reset } from "cloudflare:test";
import { beforeAll } from "vitest";

beforeAll(() => reset());
