/**
 * Reads the package sources that the machine's apt is configured with: the one-line format of `sources.list` and the
 * deb822 format of `*.sources` (sources.list(5)).
 */

/** One configured archive. */
export interface AptSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** `signed-by`: a keyring's path, or the text of a key; undefined for the system's trusted keys. */
  readonly signedBy: string | undefined;
}

/** The enabled binary sources of a `sources.list`. */
export function parseOneLineSources(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split("\n")) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (match === null) continue;
    const [, options = "", uri = "", suite = "", components = ""] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    sources.push({ uri, suite, components: words(components), signedBy });
  }
  return sources;
}

/** The enabled binary sources of a deb822 file. */
export function parseDeb822Sources(text: string): AptSource[] {
  return parseStanzas(text).flatMap((stanza) => {
    if (/^(?:no|false|0|off|without|disable)$/i.test(stanza.get("enabled") ?? "yes")) return [];
    if (!words(stanza.get("types") ?? "").includes("deb")) return [];
    const signedBy = stanza.get("signed-by")?.trim() || undefined;
    const components = words(stanza.get("components") ?? "");
    return words(stanza.get("uris") ?? "").flatMap((uri) =>
      words(stanza.get("suites") ?? "").map((suite) => ({ uri, suite, components, signedBy })),
    );
  });
}

/**
 * Reads stanzas of `Field: value` with continuation lines, as in deb822 files and package indexes (deb822(5)). Field
 * names come in lower case; of a continuation line one leading space is cut and a lone dot means an empty line.
 */
export function parseStanzas(text: string): Map<string, string>[] {
  const stanzas: Map<string, string>[] = [];
  let stanza = new Map<string, string>();
  let field = "";
  const finish = () => {
    if (stanza.size > 0) stanzas.push(stanza);
    stanza = new Map();
    field = "";
  };
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) continue;
    if (line.trim() === "") finish();
    else if (/^[ \t]/.test(line)) {
      if (field === "") continue;
      const more = line.slice(1).trimEnd();
      stanza.set(field, `${stanza.get(field)}\n${more === "." ? "" : more}`);
    } else {
      const colon = line.indexOf(":");
      if (colon <= 0) continue;
      field = line.slice(0, colon).trim().toLowerCase();
      stanza.set(field, line.slice(colon + 1).trim());
    }
  }
  finish();
  return stanzas;
}

/** A deb822 stanza for one archive, to be written into a private configuration. */
export function formatDeb822(source: AptSource, type: "deb" | "deb-src"): string {
  const key = source.signedBy;
  const signedBy =
    key === undefined
      ? ""
      : `Signed-By: ${key
          .split("\n")
          .map((line, index) => (index === 0 ? line : ` ${line === "" ? "." : line}`))
          .join("\n")}\n`;
  return `Types: ${type}\nURIs: ${source.uri}\nSuites: ${source.suite}\nComponents: ${source.components.join(" ")}\n${signedBy}`;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
