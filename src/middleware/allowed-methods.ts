/** A route as the router lists it; middleware has the method `ALL`. */
export interface MethodAndPath {
  method: string;
  /** With parameters as `:name`. */
  path: string;
}

/** The methods of the routes that match `path`, sorted; HEAD comes with GET. Empty when there is no such path. */
export function allowedMethods(routes: readonly MethodAndPath[], path: string): string[] {
  const segments = path.split("/");
  const methods = new Set<string>();
  for (const route of routes) {
    if (route.method === "ALL") continue;
    const wanted = route.path.split("/");
    const matches =
      wanted.length === segments.length &&
      wanted.every((part, i) => (part.startsWith(":") ? segments[i] !== "" : part === segments[i]));
    if (matches) methods.add(route.method);
  }
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods].sort();
}
