import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { isNogilError } from "../../src/errors.js";
import { findInterpreters, inspectInterpreter } from "../../src/interpreter/index.js";
import { gilState, type InspectContext, inspect } from "../../src/interpreter/inspect.js";
import { ProbeCache } from "../../src/interpreter/probe-cache.js";
import { fakePython, isRunning, script, starts, temporaryFolder } from "./fakes.js";

const folder = temporaryFolder();
let counter = 0;
const fresh = (name: string) => join(folder, String(counter++), "bin", name);

function context(changes: Partial<InspectContext> = {}): InspectContext {
  const cache = new ProbeCache(join(folder, String(counter++), "cache"));
  return { env: { PATH: process.env.PATH, HOME: folder }, cache, ...changes };
}

const failure = (path: string, changes?: Partial<InspectContext>) =>
  inspect(path, "option", context(changes)).then(
    () => expect.unreachable(`${path} was accepted`),
    (error: unknown) => {
      if (!isNogilError(error)) throw error;
      return error;
    },
  );

describe("every real interpreter of this machine", () => {
  it("is inspected alike by its own path and through a symbolic link", async () => {
    const { interpreters } = await findInterpreters();
    expect(interpreters.length).toBeGreaterThan(0);
    for (const found of interpreters) {
      const link = fresh("python");
      mkdirSync(join(link, ".."), { recursive: true });
      symlinkSync(found.path, link);
      const linked = await inspectInterpreter(link);
      expect(linked.version).toBe(found.version);
      expect(linked.freeThreadedBuild).toBe(found.freeThreadedBuild);
      expect(linked.abi).toBe(found.abi);
      expect(linked.path).toBe(link);
      expect(found.version).toMatch(/^3\.\d+\.\d+/);
      expect(found.gilEnabled).toBe(!found.freeThreadedBuild);
    }
  });

  it("is inspected although PYTHON_GIL=0 would end a GIL build at its start, and PYTHONHOME any", async () => {
    const { interpreters } = await findInterpreters();
    const env = { ...process.env, PYTHON_GIL: "0", PYTHONHOME: "/nonexistent", PYTHONVERBOSE: "1" };
    for (const { path, version, freeThreadedBuild } of interpreters) {
      const { interpreter } = await inspect(path, "option", context({ env }));
      expect(interpreter.version).toBe(version);
      expect(interpreter.gilEnabled).toBe(!freeThreadedBuild);
    }
  });
});

describe("an executable that is no usable Python", () => {
  it("does not exist: not found", async () => {
    const error = await failure(join(folder, "absent"));
    expect(error.code).toBe("INTERPRETER_NOT_FOUND");
    expect(error.message).toContain("does not exist");
  });

  it("hangs: given up, nothing of it left running", async () => {
    const pidFile = join(folder, "pid");
    const path = script(fresh("python"), `sleep 1000 &\necho $! > '${pidFile}'\nwait`);
    const error = await failure(path, { limitMs: 500 });
    expect(error.code).toBe("INTERPRETER_UNUSABLE");
    expect(error.message).toMatch(/did not answer within 0\.5 s/);
    const child = Number(readFileSync(pidFile, "utf8"));
    await expect.poll(() => isRunning(child)).toBe(false);
  });

  it("prints garbage: its last words are quoted", async () => {
    expect((await failure(script(fresh("python"), "echo hello; echo there"))).message).toMatch(
      /does not answer like a Python.*hello there/,
    );
    const halfJson = script(fresh("python"), `echo 'nogil-probe:{"version": "3.13.1"'`);
    expect((await failure(halfJson)).message).toContain("does not answer like a Python");
    const wrongTypes = script(fresh("python"), `echo 'nogil-probe:{"version": 3}'`);
    expect((await failure(wrongTypes)).message).toContain("does not answer like a Python");
  });

  it("floods its output: answered in bounded memory", async () => {
    const path = script(fresh("python"), "head -c 50000000 /dev/zero | tr '\\0' x");
    expect((await failure(path)).message.length).toBeLessThan(1_000);
  });

  it("exits non-zero or crashes: code or signal, and what it said", async () => {
    const failing = script(fresh("python"), "echo 'no disk' >&2; exit 3");
    expect((await failure(failing)).message).toMatch(/exited with code 3: no disk/);
    expect((await failure(script(fresh("python"), "kill -SEGV $$"))).message).toContain("SIGSEGV");
  });

  it("is not executable, or a folder", async () => {
    const path = fakePython(fresh("python"));
    chmodSync(path, 0o644);
    expect((await failure(path)).message).toMatch(/is not executable/);
    expect((await failure(folder)).message).toMatch(/is not a file/);
  });

  it("names an interpreter that is gone", async () => {
    const path = fresh("python");
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "#!/nonexistent/python\n", { mode: 0o755 });
    expect((await failure(path)).message).toMatch(/cannot be started/);
  });

  it.each(["2.7.18", "3.8.18"])("is Python %s: too old, and the oldest allowed is named", async (version) => {
    const error = await failure(fakePython(fresh("python"), { version }));
    expect(error.code).toBe("INTERPRETER_UNUSABLE");
    expect(error.message).toContain(`is Python ${version}, which is too old: 3.9 is the oldest`);
  });
});

describe("the answer", () => {
  it("survives noise that start-up code prints before it", async () => {
    const path = fresh("python");
    const answer = readFileSync(fakePython(`${path}-real`), "utf8").split("\n")[2];
    script(path, `printf 'banner without newline'\necho\n${answer}\necho bye`);
    expect((await inspect(path, "option", context())).interpreter.version).toBe("3.13.5");
  });

  it("sets the library path when the shared library is not found without it", async () => {
    const path = fresh("python");
    const answer = readFileSync(fakePython(`${path}-real`), "utf8").split("\n")[2];
    const missing =
      "error while loading shared libraries: libpython3.13t.so.1.0: cannot open shared object file";
    script(path, `[ -n "$LD_LIBRARY_PATH" ] || { echo '${path}: ${missing}' >&2; exit 127; }\n${answer}`);
    const { interpreter } = await inspect(path, "option", context());
    expect(interpreter.environment).toEqual({ LD_LIBRARY_PATH: join(path, "..", "..", "lib") });
  });

  it("is abandoned when the caller aborts", async () => {
    const path = script(fresh("python"), "sleep 1000");
    const abort = new AbortController();
    const running = inspect(path, "option", context({ signal: abort.signal }));
    setTimeout(() => abort.abort(new Error("enough")), 50);
    await expect(running).rejects.toThrow("enough");
  });
});

describe("the cache of answers", () => {
  it("spares the second start of a binary and notices a change", async () => {
    const { interpreters } = await findInterpreters();
    const cacheFolder = join(folder, String(counter++));
    const real = interpreters[0]!;
    const once = async () => {
      const cache = new ProbeCache(cacheFolder);
      const { interpreter } = await inspect(real.path, "option", context({ cache }));
      await cache.save();
      return interpreter;
    };
    expect(await once()).toEqual(await once());
    const file = join(cacheFolder, "probes.json");
    const kept = readFileSync(file, "utf8");
    // A kept answer is believed: the changed version shows that no process was started.
    writeFileSync(file, kept.replaceAll(`"version":"${real.version}"`, '"version":"3.99.1"'));
    expect((await once()).version).toBe("3.99.1");
    for (const damage of [
      "",
      "{",
      "[1]",
      "null",
      '{"a":{"path":1}}',
      kept.slice(0, 80),
      kept.replace("facts", "fact"),
    ]) {
      writeFileSync(file, damage);
      expect((await once()).version).toBe(real.version);
    }
    expect(readdirSync(cacheFolder)).toEqual(["probes.json"]);
  });

  it("keeps what another process wrote meanwhile", async () => {
    const real = (await findInterpreters()).interpreters[0]!.path;
    const cacheFolder = join(folder, String(counter++));
    const caches = [fresh("python"), fresh("python")].map((path) => {
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync(real, path);
      return { path, cache: new ProbeCache(cacheFolder) };
    });
    for (const { path, cache } of caches) await inspect(path, "option", context({ cache }));
    for (const { cache } of caches) await cache.save();
    const kept = Object.values(JSON.parse(readFileSync(join(cacheFolder, "probes.json"), "utf8")));
    expect(kept.map((entry) => (entry as { path: string }).path)).toEqual(caches.map(({ path }) => path));
  });

  it("never keeps the answer of a wrapper script, whose target may change", async () => {
    const path = fakePython(fresh("python"));
    const shared = context();
    await inspect(path, "option", shared);
    await inspect(path, "option", shared);
    expect(starts(path)).toBe(2);
  });

  it("remembers a hang, but asks again when told to or when the file changed", async () => {
    const path = fresh("python");
    script(path, `echo start >> '${path}.starts'\nsleep 1000`);
    const shared = context({ limitMs: 200 });
    const attempt = (changes = {}) =>
      inspect(path, "PATH", { ...shared, ...changes }).catch((error) => error.message);
    expect(await attempt()).toContain("did not answer");
    expect(await attempt()).toContain("did not answer");
    expect(starts(path)).toBe(1);
    await attempt({ retryHung: true });
    expect(starts(path)).toBe(2);
    utimesSync(path, new Date(), new Date(Date.now() + 10_000));
    await attempt();
    expect(starts(path)).toBe(3);
  });

  it("costs only speed when its folder cannot be written", async () => {
    const blocked = join(folder, String(counter++));
    writeFileSync(blocked, "a file where the folder should be");
    const cache = new ProbeCache(join(blocked, "cache"));
    const path = fakePython(fresh("python"));
    expect((await inspect(path, "option", context({ cache }))).interpreter.version).toBe("3.13.5");
    await cache.save();
  });
});

describe("the GIL state and its reason", () => {
  const freeThreaded = { freeThreadedBuild: true, gilEnabled: false, version: "3.13.5" };
  const gilBuild = { freeThreadedBuild: false, gilEnabled: true, version: "3.13.0" };
  it.each([
    [freeThreaded, undefined, false, /^free-threaded build$/],
    [freeThreaded, "0", false, /PYTHON_GIL=0 keeps the GIL off/],
    [freeThreaded, "1", true, /PYTHON_GIL=1 switches the GIL on: unset it/],
    [freeThreaded, "yes", false, /PYTHON_GIL is "yes", with which it refuses to start/],
    [{ ...freeThreaded, gilEnabled: true }, undefined, true, /module imported at start-up/],
    [gilBuild, undefined, true, /not configured with --disable-gil\)$/],
    [gilBuild, "0", true, /PYTHON_GIL=0 is set, and this build refuses to start/],
    [{ ...gilBuild, version: "3.11.2" }, "0", true, /always has the GIL.*from 3\.13 on$/],
  ])("%j with PYTHON_GIL=%s", (facts, variable, gilEnabled, reason) => {
    const state = gilState(facts, variable);
    expect(state.gilEnabled).toBe(gilEnabled);
    expect(state.reason).toMatch(reason);
  });
});
