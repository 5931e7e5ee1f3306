/** Text to HTML: everything that comes from the document passes through here. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The text, fit for an element or an attribute in double quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** One line of the document's markdown: `code` and **bold**. */
export function inline(text: string): string {
  return escapeHtml(text)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>");
}

/** Paragraphs, `##` headings and numbered lists of the document's markdown. */
export function markdown(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((block) => {
      const [first = "", ...rest] = block.trim().split("\n");
      const heading = /^##\s+(.*)$/.exec(first)?.[1];
      if (heading !== undefined)
        return `<h2>${inline(heading)}</h2>${rest.length > 0 ? markdown(rest.join("\n")) : ""}`;
      const lines = [first, ...rest];
      if (lines.every((line) => /^\d+\.\s/.test(line))) {
        return `<ol>${lines.map((line) => `<li>${inline(line.replace(/^\d+\.\s+/, ""))}</li>`).join("")}</ol>`;
      }
      return `<p>${inline(lines.join(" "))}</p>`;
    })
    .join("");
}
