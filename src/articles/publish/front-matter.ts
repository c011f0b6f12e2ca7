/** Front matter that Hugo and Astro read: YAML whose texts are JSON strings, so that no title can break it. */

export type FrontMatter = Readonly<Record<string, unknown>>;

const FENCE = "---";

/** The block with its fences and line end. */
export function writeFrontMatter(fields: FrontMatter): string {
  return `${FENCE}\n${entries(fields, "")}${FENCE}\n`;
}

function entries(fields: FrontMatter, indent: string): string {
  let text = "";
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (value instanceof Date) text += `${indent}${key}: ${value.toISOString()}\n`;
    else if (Array.isArray(value))
      text += `${indent}${key}: [${value.map((each) => scalar(each)).join(", ")}]\n`;
    else if (typeof value === "object" && value !== null) {
      text += `${indent}${key}:\n${entries(value as FrontMatter, `${indent}  `)}`;
    } else text += `${indent}${key}: ${scalar(value)}\n`;
  }
  return text;
}

/** JSON's strings are YAML's double-quoted ones, but for two characters that YAML takes as line ends. */
function scalar(value: unknown): string {
  return JSON.stringify(value).replace(/[\u2028\u2029\u0085\u007f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/**
 * The id that this pipeline wrote into a post: undefined for a post of somebody else's, null where the front matter
 * is broken.
 */
export function idOf(post: string): string | null | undefined {
  if (!post.startsWith(`${FENCE}\n`)) return undefined;
  const end = post.indexOf(`\n${FENCE}\n`, FENCE.length);
  if (end < 0) return null;
  const line = /^ {2}id: (".*")$/m.exec(post.slice(0, end));
  if (line === null || !/^nogil:$/m.test(post.slice(0, end))) return undefined;
  try {
    return String(JSON.parse(line[1] ?? ""));
  } catch {
    return null;
  }
}
