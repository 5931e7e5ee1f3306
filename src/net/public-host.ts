/**
 * Is a host one of the public internet? Pure; reads `hostname` as `new URL()` gives it: lower case, every IPv4 spelling
 * already dotted, IPv6 in brackets and shortened.
 *
 * Addresses are judged by the IANA special-purpose registries (RFC 6890 and its updates). Names are judged by their
 * form only: a Worker cannot resolve them, and what they resolve to is up to the platform, whose fetch does not reach
 * private networks.
 */

/** `[first address, prefix length]` of every IPv4 block that is not public, with its reason. */
const RESERVED_IPV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // shared by carriers (CGNAT)
  ["127.0.0.0", 8], // loopback
  ["168.63.129.16", 32], // Azure's machine agent, in public space
  ["169.254.0.0", 16], // link-local, metadata services
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, broadcast
];

/** Blocks inside the global unicast space 2000::/3 that lead elsewhere or nowhere: `[first 32 bits, prefix length]`. */
const RESERVED_IPV6: readonly (readonly [number, number])[] = [
  [0x2001_0000, 23], // Teredo, benchmarks, ORCHID: protocol assignments
  [0x2001_0db8, 32], // documentation
  [0x2002_0000, 16], // 6to4: any IPv4 address inside
  [0x3fff_0000, 20], // documentation
];

/** Names that never belong to the public internet (RFC 6761, 6762, 8375, 9476) or that networks use for themselves. */
const PRIVATE_SUFFIXES = [
  "alt",
  "arpa",
  "consul",
  "corp",
  "home",
  "internal",
  "intranet",
  "invalid",
  "lan",
  "local",
  "localdomain",
  "localhost",
  "onion",
  "private",
  "svc",
  "test",
] as const;

/**
 * Public zones whose names lead into a network: to the address that is written in them (`10.0.0.1.nip.io`), to this
 * machine, or to a metadata service. Anybody can make more of them, so the list only saves from what is at hand.
 */
const LEADING_INSIDE = [
  "lacolhost.com",
  "localtest.me",
  "lvh.me",
  "metadata.goog",
  "nip.io",
  "sslip.io",
  "traefik.me",
  "vcap.me",
  "xip.io",
] as const;

const DOTTED = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

const toNumber = (parts: readonly string[]): number => parts.reduce((sum, part) => sum * 256 + Number(part), 0);

const inBlock = (address: number, first: number, prefix: number): boolean =>
  Math.floor(address / 2 ** (32 - prefix)) === Math.floor(first / 2 ** (32 - prefix));

function isPublicIpv4(parts: readonly string[]): boolean {
  const address = toNumber(parts);
  return !RESERVED_IPV4.some(([first, prefix]) => inBlock(address, toNumber(first.split(".")), prefix));
}

/** Everything outside 2000::/3 is refused: loopback, mapped, NAT64, unique local, link-local, multicast. */
function isPublicIpv6(address: string): boolean {
  const [first = "", second = ""] = address.split(":");
  const head = Number.parseInt(first || "0", 16) * 65_536 + Number.parseInt(second || "0", 16);
  if (!inBlock(head, 0x2000_0000, 3)) return false;
  return !RESERVED_IPV6.some(([block, prefix]) => inBlock(head, block, prefix));
}

/** @param hostname as `new URL(…).hostname` gives it */
export function isPublicHost(hostname: string): boolean {
  const dotted = DOTTED.exec(hostname);
  if (dotted) return isPublicIpv4(dotted.slice(1));
  if (hostname.startsWith("[")) return isPublicIpv6(hostname.slice(1, -1));
  const name = hostname.replace(/\.$/, "");
  const labels = name.split(".");
  const last = labels.at(-1) ?? "";
  // An empty label is no name of the DNS: what a resolver makes of `localhost..` is its own affair.
  if (labels.length === 1 || labels.includes("") || PRIVATE_SUFFIXES.some((suffix) => suffix === last)) return false;
  return !LEADING_INSIDE.some((zone) => name === zone || name.endsWith(`.${zone}`));
}
