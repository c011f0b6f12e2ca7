/** What flows through the article pipeline, from a source to a page. All of it is plain JSON: it goes into the journal. */

/** A change that a changelog records. */
export interface ChangelogEntry {
  readonly kind:
    | "breaking"
    | "security"
    | "removed"
    | "deprecated"
    | "added"
    | "fixed"
    | "performance"
    | "changed"
    | "other";
  readonly text: string;
  /** Line of the file, from 1. */
  readonly line: number;
  readonly url: string | null;
}

export interface Release {
  readonly version: string;
  /** `2026-02-19`, null where the changelog gives none. */
  readonly date: string | null;
  readonly line: number;
  readonly endLine: number;
  readonly url: string | null;
  readonly entries: readonly ChangelogEntry[];
}

/** An installed package, as far as an article needs it. */
export interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** The project names it itself. */
  readonly direct: boolean;
  /** Shortest ways from the project to it, without the project. */
  readonly paths: readonly (readonly string[])[];
  /** Web address of the repository, empty where unknown. */
  readonly repository: string;
  readonly homepage: string;
  readonly ecosystem: "npm" | "pypi";
}

/** Something a source offers. */
export interface Collected {
  readonly id: string;
  /** Name of the source in the configuration. */
  readonly source: string;
  readonly kind: "changelog" | "guide" | "post";
  readonly title: string;
  /** What the cooldown counts: the package, the site. */
  readonly group: string;
  /** Changes when there is something new to say: a version, an address. */
  readonly edition: string;
  /** Normalised address; empty where there is only a file. */
  readonly url: string;
  /** Absolute path of the file it was read from. */
  readonly path?: string;
  /** ISO time. */
  readonly date?: string;
  readonly author?: string;
  /** Markdown. */
  readonly text: string;
  /** What readers elsewhere gave it: votes, stars. */
  readonly points?: number;
  readonly package?: PackageFacts;
}

/** What `measure` of python/articles says of a text. */
export interface Measures {
  readonly language: string;
  readonly words: number;
  readonly ease: number | null;
  readonly topics: readonly string[];
  readonly score: number;
  readonly parts: Readonly<Record<string, number>>;
}

export interface Enriched extends Collected {
  readonly measures: Measures;
  readonly sketch: readonly number[];
  /** Its sentences that say most. */
  readonly highlights: readonly Sentence[];
  readonly releases: readonly Release[];
}

export interface Sentence {
  readonly text: string;
  /** Position of its text among those that were ranked. */
  readonly source: number;
  readonly line: number;
  readonly weight: number;
}

export type Form = "general" | "integrative" | "how-to";

/** One entry of one release of one package, chosen for a story. */
export interface Pick {
  readonly item: string;
  readonly release: number;
  readonly entry: number;
  readonly weight: number;
}

/** What could be written about. */
export interface Story {
  readonly id: string;
  readonly form: Form;
  /** What runs through its members: `family`, `security`, …; null for one thing or one event. */
  readonly theme: string | null;
  readonly members: readonly string[];
  readonly picks: readonly Pick[];
  readonly score: number;
}

/** A story that was chosen, with all that is needed to write it. */
export interface Brief {
  readonly story: Story;
  readonly items: readonly Enriched[];
  /** Part of the file's name; two briefs of a run never share one. */
  readonly slug: string;
  /** Changes with the editions of the members: what was published is known by it. */
  readonly signature: string;
  /** ISO day of the run. */
  readonly day: string;
}

/** Where a statement comes from. */
export interface Citation {
  readonly number: number;
  readonly label: string;
  readonly url: string;
  /** Absolute path, for sources that are files. */
  readonly path?: string;
  readonly line?: number;
  readonly endLine?: number;
  /** What the source says, for the check of facts. */
  readonly text: string;
}

/** A picture or diagram and the heading it stands under. */
export interface Figure {
  readonly kind: "mermaid" | "svg";
  /** Part of a picture's file name. */
  readonly name: string;
  readonly caption: string;
  readonly source: string;
  /** Title of the section whose end it stands at. */
  readonly section: string;
}

/** A written article, not yet a file. */
export interface Draft {
  readonly brief: Brief;
  readonly title: string;
  readonly summary: string;
  readonly tags: readonly string[];
  /** Markdown: sections with `[^n]` where a citation is meant. */
  readonly body: string;
  readonly citations: readonly Citation[];
  readonly figures: readonly Figure[];
  /** `extractive`, or the model that wrote it. */
  readonly generator: string;
  readonly generation: number;
}

/** What the checks found. */
export interface Verdict {
  readonly score: number;
  readonly words: number;
  readonly sentences: number;
  readonly supported: number;
  readonly doubtful: readonly string[];
  readonly brokenLinks: readonly string[];
  readonly uncheckedLinks: number;
  /** Why it may not be published; empty when it may. */
  readonly reasons: readonly string[];
}

export interface Checked {
  readonly draft: Draft;
  readonly verdict: Verdict;
}

/** An article that stands in the content folder. */
export interface Published {
  readonly id: string;
  readonly signature: string;
  readonly form: Form;
  readonly title: string;
  readonly summary: string;
  /** Absolute path. */
  readonly path: string;
  readonly groups: readonly string[];
  /** ISO time. */
  readonly date: string;
  readonly words: number;
  readonly score: number;
  readonly figures: number;
  readonly citations: number;
  readonly generator: string;
}
