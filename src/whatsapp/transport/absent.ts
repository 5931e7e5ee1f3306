/**
 * Stands in for Node-only packages that Baileys imports for media thumbnails and audio metadata (`sharp`,
 * `music-metadata`; see `[alias]` in wrangler.toml). Media has its own streaming path here, so nothing calls them; if
 * something ever does, the property is `undefined` and the call fails loudly.
 */
const absent: Record<string, never> = {};
export default absent;
