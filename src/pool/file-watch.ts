/** Tells when Python files beside the modules change. */
import { existsSync, type FSWatcher, statSync, watch } from "node:fs";
import { dirname, isAbsolute } from "node:path";

/** Editors write a file in several steps (milliseconds). */
const SETTLE_MS = 100;

export class FileWatch {
  readonly #watchers: FSWatcher[];
  #timer: NodeJS.Timeout | undefined;

  constructor(modules: readonly string[], onChange: () => void) {
    const paths = modules.filter((module) => isAbsolute(module) && existsSync(module));
    const folders = new Set(paths.map((path) => (statSync(path).isDirectory() ? path : dirname(path))));
    this.#watchers = [...folders].map((folder) => {
      const watcher = watch(folder, { recursive: true, persistent: false }, (_, file) => {
        if (file !== null && !file.endsWith(".py")) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(onChange, SETTLE_MS);
      });
      watcher.on("error", () => watcher.close());
      return watcher;
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
  }
}
