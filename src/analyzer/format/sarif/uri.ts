/** Paths of a report as URIs (RFC 3986). */
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";

/** Stands for the folder that relative paths begin at; GitHub and others know it by this name. */
export const ROOT_ID = "%SRCROOT%";

export interface ArtifactLocation {
  readonly uri: string;
  readonly uriBaseId?: string;
}

/** A path as reports have it: with `/`, relative to the working folder where it lies below it. */
export function artifactLocation(path: string): ArtifactLocation {
  if (isAbsolute(path)) return { uri: pathToFileURL(path).href };
  return { uri: path.split("/").map(encodeURIComponent).join("/"), uriBaseId: ROOT_ID };
}
