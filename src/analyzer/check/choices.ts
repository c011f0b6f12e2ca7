/** Which rules are looked for in which file: what the caller asks for, over what the settings of its folder say. */
import { dirname } from "node:path";
import type { SettingsTree } from "../settings/index.js";
import { type ResolvedChoice, type RuleChoice, resolveChoice } from "./options.js";

/** The choice of each file. Files with equal ones have the same object. */
export interface Choices {
  /** That of the working folder. */
  readonly main: ResolvedChoice;
  /** @param path - as reports have it */
  readonly of: (path: string) => ResolvedChoice;
  /** Every one that some file has. */
  readonly all: readonly ResolvedChoice[];
}

/** One choice for all files. */
export function oneChoice(asked: RuleChoice): Choices {
  const main = resolveChoice(asked);
  return { main, of: () => main, all: [main] };
}

/**
 * The choices of a project with settings.
 * @param files - paths as reports have them and as they are opened
 */
export function choicesBySettings(
  asked: RuleChoice,
  files: readonly { readonly path: string; readonly absolute: string }[],
  settings: SettingsTree,
  cwd: string,
): Choices {
  const byKey = new Map<string, ResolvedChoice>();
  const bySetting = new Map<string, ResolvedChoice>();
  const choiceIn = (folder: string, ignored: readonly string[]): ResolvedChoice => {
    const { target, select, ignore = [], minSeverity, strict } = settings.of(folder);
    const setting = JSON.stringify([target, select, ignore, minSeverity, strict, ignored]);
    const known = bySetting.get(setting);
    if (known !== undefined) return known;
    const choice = resolveChoice({
      ...(target === undefined ? {} : { target }),
      ...(select === undefined ? {} : { select }),
      ...(minSeverity === undefined ? {} : { minSeverity }),
      ...(strict === undefined ? {} : { strict }),
      ...asked,
      ignore: [...(asked.ignore ?? ignore), ...ignored],
    });
    const same = byKey.get(choice.key) ?? choice;
    byKey.set(choice.key, same);
    bySetting.set(setting, same);
    return same;
  };
  const main = choiceIn(cwd, []);
  const byPath = new Map(
    files.map(({ path, absolute }) => [path, choiceIn(dirname(absolute), settings.ignoredIn(absolute))]),
  );
  const all = [...new Set(byPath.values())];
  return { main, of: (path) => byPath.get(path) ?? main, all: all.length === 0 ? [main] : all };
}
