/**
 * Draws the two pictures of docs/number-safety.md from the rules themselves: `node scripts/safety-pictures.ts`. A test
 * fails when a committed picture no longer shows what the rules do.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { CircadianProfile, SafetyPreset } from "../src/durable/rpc-safety.ts";
import { circadianFactor } from "../src/number-safety/circadian.ts";
import { PRESETS } from "../src/number-safety/presets.ts";
import { warmUpLimit } from "../src/number-safety/warm-up.ts";

const WIDTH = 720;
const HEIGHT = 340;
const LEFT = 56;
const RIGHT = 150;
const TOP = 56;
/** Names at the ends of lines keep this distance, so that each can be read. */
const LABEL_HEIGHT = 15;
const BOTTOM = 44;
const COLOURS = ["#1f6f54", "#c2571a", "#3b5b92"];

interface Line {
  label: string;
  points: [x: number, y: number][];
}

interface Chart {
  title: string;
  x: { from: number; to: number; ticks: number[]; label: string };
  y: { to: number; ticks: number[]; label: string };
  lines: Line[];
}

/** A line chart as SVG. */
function draw({ title, x, y, lines }: Chart): string {
  const px = (value: number): string =>
    (LEFT + ((value - x.from) / (x.to - x.from)) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const py = (value: number): string => (HEIGHT - BOTTOM - (value / y.to) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const text = (tx: string | number, ty: string | number, anchor: string, words: string, more = ""): string =>
    `<text x="${tx}" y="${ty}" text-anchor="${anchor}"${more}>${words}</text>`;
  const grid = y.ticks.flatMap((tick) => [
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(tick)}" y2="${py(tick)}" stroke="#ddd"/>`,
    text(LEFT - 8, Number(py(tick)) + 4, "end", String(tick)),
  ]);
  const ticks = x.ticks.map((tick) => text(px(tick), HEIGHT - BOTTOM + 18, "middle", String(tick)));
  const taken: { x: number; y: number }[] = [];
  const drawn = lines.flatMap(({ label, points }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? "#000";
    const path = points.map(([at, value]) => `${px(at)},${py(value)}`).join(" ");
    const last = points.at(-1) ?? [x.to, 0];
    const place = { x: Number(px(last[0])) + 8, y: Number(py(last[1])) + 4 };
    while (taken.some((other) => other.x === place.x && Math.abs(other.y - place.y) < LABEL_HEIGHT)) place.y += 1;
    taken.push(place);
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"/>`,
      text(place.x, place.y, "start", label, ` fill="${colour}"`),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#333">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(LEFT, 20, "start", title, ' font-size="14"'),
    ...grid,
    ...ticks,
    text((WIDTH - RIGHT + LEFT) / 2, HEIGHT - 8, "middle", x.label),
    text(LEFT, 38, "start", y.label, ' fill="#777"'),
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

const presets: SafetyPreset[] = ["conservative", "moderate", "aggressive"];

function warmUp(): string {
  const lines = presets.map((preset): Line => {
    const limits = PRESETS[preset];
    const days = Array.from({ length: limits.warmUpDays }, (_, index) => index + 1);
    return { label: preset, points: days.map((day) => [day, warmUpLimit(day, limits)]) };
  });
  return draw({
    title: "First messages a day during the warm-up",
    x: { from: 1, to: 10, ticks: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], label: "day with at least one message" },
    y: { to: 800, ticks: [0, 200, 400, 600, 800], label: "people who did not write first" },
    lines,
  });
}

function presence(): string {
  const profiles: CircadianProfile[] = ["default", "nightOwl", "always_on"];
  const lines = profiles.map((profile): Line => {
    const quarters = Array.from({ length: 24 * 4 + 1 }, (_, index) => index / 4);
    return { label: profile, points: quarters.map((hour) => [hour, circadianFactor(profile, hour % 24)]) };
  });
  return draw({
    title: "How much slower pauses and typing are",
    x: { from: 0, to: 24, ticks: [0, 3, 6, 9, 12, 15, 18, 21, 24], label: "local hour of the number" },
    y: { to: 6.5, ticks: [0, 1, 2, 3, 4, 5, 6], label: "times the usual" },
    lines,
  });
}

/** The pictures by their file name. */
export function safetyPictures(): Record<string, string> {
  return { "warm-up.svg": warmUp(), "presence.svg": presence() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, svg] of Object.entries(safetyPictures())) {
    await writeFile(new URL(`../docs/pictures/${name}`, import.meta.url), svg);
  }
}
