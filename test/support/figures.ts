/**
 * Reads the figures of a source file and finds those that nobody could check: a number of which is not said beside it
 * what it counts and who says so. Pure: text in, sentences out.
 */

/** What a number counts, in its comment, or in its name. */
const UNIT =
  /_MS\b|Ms\b|\b(milliseconds?|seconds?|minutes?|hours?|days?|messages?|people|chats?|characters?|points|scores?|shares?|chances?|factors?|parts?|times|attempts?|requests?|events?|rows|sends|codes?|bits|sigmas?|per cent|number of)\b/i;
/** Who says so: "ours" is an answer too. */
const SOURCE =
  /\bours\b|\bpackage\b|\bWhatsApp\b|\bBaileys\b|\bMeta\b|\bcontract\b|\bAPI\b|\bmeasured\b|\bby definition\b/i;
/** Numbers that need no words where they are used: nothing, one, two, per cent, hours of a day, minutes of an hour. */
const PLAIN_NUMBERS: ReadonlySet<string> = new Set(["0", "1", "2", "24", "60", "100"]);

/** Numbers that are no figures in a table of constants. */
const NOTHING: ReadonlySet<string> = new Set(["0", "1"]);

const NUMBER = /(?<![\w.$])\d[\d_]*(?:\.\d+)?(?!\w)/g;
const LENGTH_OF_TIME = /\b(SECOND|MINUTE|HOUR|DAY)_MS\b/;

/** Whether a statement of the module ends with this line. */
const isEnd = (line: string, next: string): boolean => line.endsWith(";") && (/^\S/.test(line) || !/^\s+\S/.test(next));

const blank = (text: string): string => text.replace(/[^\n]/g, " ");

/** The code alone: comments and strings are spaces. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(/\/\/.*/g, blank)
    .replace(/"(?:[^"\\\n]|\\.)*"/g, blank)
    .replace(/`(?:[^`\\]|\\.)*`/g, blank);
}

/** @returns a sentence for each figure without unit or source */
export function unexplainedFigures(path: string, text: string): string[] {
  const lines = text.split("\n");
  const code = codeOf(text).split("\n");
  const found: string[] = [];
  /** The comment that stands above the line, or above the constants in front of it. */
  let comment = "";
  let isComment = false;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const starts = line.startsWith("/**") || line.startsWith("//");
    if (starts) comment = "";
    if (starts || isComment) {
      comment += `${line}\n`;
      isComment = line.startsWith("//") ? false : !line.includes("*/");
      continue;
    }
    if (line.trim() === "") {
      comment = "";
      continue;
    }
    const name = /^(?:export )?const (\w+)/.exec(line)?.[1];
    let end = index;
    if (name !== undefined) while (end < lines.length - 1 && !isEnd(lines[end] ?? "", lines[end + 1] ?? "")) end += 1;
    const body = code.slice(index, end + 1).join("\n");
    const numbers = body.match(NUMBER) ?? [];
    if (name !== undefined && !body.includes("=>")) {
      const said = `${comment}\n${lines.slice(index, end + 1).join("\n")}`;
      const hasFigure = numbers.some((one) => !NOTHING.has(one)) || LENGTH_OF_TIME.test(body.slice(body.indexOf("=")));
      if (hasFigure && !UNIT.test(said)) found.push(`${path}:${index + 1}: ${name} does not say what it counts`);
      if (hasFigure && !SOURCE.test(comment + commentsIn(lines.slice(index, end + 1)))) {
        found.push(`${path}:${index + 1}: ${name} does not say whose figure it is`);
      }
    } else {
      for (const number of numbers.filter((one) => !PLAIN_NUMBERS.has(one))) {
        found.push(`${path}:${index + 1}: ${number} has no name`);
      }
    }
    index = end;
  }
  return found;
}

const commentsIn = (lines: string[]): string =>
  (lines.join("\n").match(/\/\*\*?[\s\S]*?\*\/|\/\/.*/g) ?? []).join("\n");
