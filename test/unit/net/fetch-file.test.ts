import { describe, expect, test } from "vitest";
import { fetchFile, readFile } from "../../../src/net/fetch-file.ts";

const POLICY = { allowLoopback: false, ownOrigin: null };

/** A network of fixed answers; `asked` lists the URLs that were called. */
function network(answers: Record<string, () => Response>) {
  const asked: string[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    expect(init.redirect).toBe("manual");
    asked.push(url);
    const answer = answers[url];
    if (!answer) throw new TypeError("unreachable");
    return answer();
  };
  return { asked, fetch };
}

const redirect = (location: string) => () => new Response(null, { status: 302, headers: { Location: location } });
const read = (url: string, world: ReturnType<typeof network>, maxBytes = 10) =>
  fetchFile(url, { policy: POLICY, maxBytes, field: "imageUrl", fetch: world.fetch });
const issue = (message: string) => ({
  ok: false,
  error: {
    code: "invalid_request",
    error: "The file could not be read",
    issues: [{ path: "imageUrl", message }],
  },
});

describe("a file that a caller names", () => {
  test("is read with its type, after redirects to public addresses", async () => {
    const world = network({
      "https://a.example/1": redirect("/2"),
      "https://a.example/2": redirect("https://b.example/3"),
      "https://b.example/3": redirect("//c.example/4"),
      "https://c.example/4": () => new Response("jpeg", { headers: { "Content-Type": "Image/JPEG; q=1" } }),
    });
    const file = await read("https://a.example/1", world);
    if (!file.ok) throw new Error(file.error.error);
    expect(file.value).toMatchObject({ contentType: "image/jpeg", contentLength: null });
    expect(file.value.url.href).toBe("https://c.example/4");
    const bytes = await readFile(file.value, 10, "imageUrl");
    expect(bytes.ok && Buffer.from(bytes.value).toString()).toBe("jpeg");
  });

  test.each([
    ["http://127.0.0.1/", "Use a public address; this machine is only read in local development"],
    ["https://169.254.169.254/latest", "Use a public address; private and reserved ones are not read"],
    ["http://example.org/", "Use https://; plain http:// is only accepted for this machine (localhost)"],
  ])("is not followed to %s, which is never called", async (location, why) => {
    const world = network({ "https://a.example/": redirect(location) });
    expect(await read("https://a.example/", world)).toEqual(issue(`The address redirects. ${why}`));
    expect(world.asked).toEqual(["https://a.example/"]);
  });

  test("is not followed for ever", async () => {
    const world = network({ "https://a.example/": redirect("https://a.example/") });
    expect(await read("https://a.example/", world)).toEqual(issue("The address redirects more than 3 times"));
    expect(world.asked).toHaveLength(4);
  });

  test("that is missing or unreachable is refused with the field", async () => {
    const world = network({ "https://a.example/404": () => new Response("secret", { status: 404 }) });
    expect(await read("https://a.example/404", world)).toEqual(issue("The address answered 404"));
    expect(await read("https://a.example/x", world)).toEqual(
      issue("The address could not be reached within 30 seconds"),
    );
  });

  test("that is announced as too large is refused unread, one that grows too large in the middle", async () => {
    const long = () => new Response("01234567890", { headers: { "Content-Length": "11" } });
    const endless = () =>
      new Response(
        new ReadableStream<Uint8Array>({
          pull: (controller) => controller.enqueue(new Uint8Array(4)),
        }),
      );
    const world = network({ "https://a.example/long": long, "https://a.example/endless": endless });
    const issues = [{ path: "imageUrl", message: "Use a file of at most 10 bytes" }];
    const tooLarge = { ok: false, error: expect.objectContaining({ code: "too_large", issues }) };
    expect(await read("https://a.example/long", world)).toEqual(tooLarge);
    const file = await read("https://a.example/endless", world);
    if (!file.ok) throw new Error(file.error.error);
    expect(await readFile(file.value, 10, "imageUrl")).toEqual(tooLarge);
  });
});
