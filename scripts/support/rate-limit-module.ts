/**
 * The rate limit binding for a runtime of one's own: what the Worker gets as `env.<name>`, counted in memory in windows
 * of the wall clock. As text, because it is a module of the runtime, which shares nothing with the Worker's bundle.
 */
export const RATE_LIMIT_MODULE = `export default function ({ limit, period }) {
  let window = 0;
  const counts = new Map();
  return {
    async limit({ key }) {
      const now = Math.floor(Date.now() / (period * 1000));
      if (now !== window) counts.clear();
      window = now;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return { success: count <= limit };
    },
  };
}
`;
