import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { InstallFailed } from "../../src/errors.js";
import {
  cachedInterpreters,
  chooseInterpreter,
  findInterpreters,
  type InstallOptions,
  type InstallProgress,
  installInterpreter,
} from "../../src/interpreter/index.js";
import { emptyEnvironment, fakePython, isRunning, script, temporaryFolder } from "./fakes.js";

const root = temporaryFolder();
let counter = 0;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A home with a folder of fake commands before the system's own. */
function machine() {
  const home = join(root, String(counter++));
  const bin = join(home, "bin");
  const cache = join(home, ".cache", "nogil");
  mkdirSync(bin, { recursive: true });
  const env = {
    ...emptyEnvironment(home, [bin, "/usr/bin", "/bin"]),
    NOGIL_INSTALL_REACH_MS: "400",
    NOGIL_SYSTEM_ROOT: join(home, "system"),
  };
  const progress: InstallProgress[] = [];
  const install = (options: InstallOptions = {}) =>
    installInterpreter({ env, onProgress: (step) => progress.push(step), ...options });
  const calls = (name: string) => {
    const log = join(home, `${name}.log`);
    return existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
  };
  /** A command that notes its arguments and then does `body`. */
  const command = (name: string, body: string) =>
    script(join(bin, name), `echo "$*" >> '${join(home, `${name}.log`)}'\n${body}`);
  return { home, bin, cache, env, progress, install, calls, command };
}

/** A `uv` that installs a copy of a prepared tree, as the real one puts it into UV_PYTHON_INSTALL_DIR. */
function fakeUv({ home, command }: ReturnType<typeof machine>, facts = {}, before = ""): void {
  const tree = join(home, "uv-tree", "cpython-3.14.2+freethreaded-linux");
  fakePython(join(tree, "bin", "python3.14t"), { version: "3.14.2", freeThreaded: true, ...facts });
  command("uv", `${before}\nmkdir -p "$UV_PYTHON_INSTALL_DIR"\ncp -r '${tree}' "$UV_PYTHON_INSTALL_DIR/"`);
}

const failed = (promise: Promise<unknown>): Promise<InstallFailed> =>
  promise.then(
    () => expect.unreachable("it was installed"),
    (error: unknown) => {
      if (!(error instanceof InstallFailed)) throw error;
      return error;
    },
  );
const finished = (cache: string) =>
  existsSync(join(cache, "interpreters"))
    ? readdirSync(join(cache, "interpreters")).filter((name) =>
        existsSync(join(cache, "interpreters", name, "nogil-interpreter.json")),
      )
    : [];

/** A server that accepts connections and handles them with `answer`. */
const serve = (answer: (request: string) => string | undefined) =>
  new Promise<string>((resolve) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", (data) => {
        const reply = answer(data.toString());
        // The connection ends a moment later, so that what was sent has arrived.
        if (reply !== undefined) socket.write(reply, () => setTimeout(() => socket.end(), 100));
      });
    });
    servers.push(server);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" ? `http://127.0.0.1:${address?.port}/` : "");
    });
  });

describe("an installation", () => {
  it("is found afterwards, preferred, and not made again", async () => {
    const here = machine();
    fakeUv(here);
    fakePython(join(here.home, ".pyenv/versions/3.14.9/bin/python"), { version: "3.14.9" });
    const installed = await here.install();
    expect(installed).toMatchObject({ version: "3.14.2", freeThreadedBuild: true, source: "nogil cache" });
    expect(installed.path.startsWith(join(here.cache, "interpreters"))).toBe(true);
    expect((await chooseInterpreter({ env: here.env, cwd: here.home })).path).toBe(installed.path);
    expect((await cachedInterpreters(here.cache)).map(({ path }) => path)).toEqual([installed.path]);
    expect((await here.install({ version: "3.14t" })).path).toBe(installed.path);
    expect((await here.install({ version: ">=3.13" })).path).toBe(installed.path);
    expect(here.calls("uv")).toEqual(["python install 3.14t"]);
    expect(here.progress[0]).toEqual({ source: "uv", step: "downloading Python 3.14t", fraction: null });
  });

  it("is made beside another when a different version is asked for", async () => {
    const here = machine();
    fakeUv(here);
    await here.install();
    fakeUv(here, { version: "3.13.9" });
    expect((await here.install({ version: "3.13" })).version).toBe("3.13.9");
    expect(here.calls("uv")).toEqual(["python install 3.14t", "python install 3.13t"]);
    expect((await cachedInterpreters(here.cache)).map(({ version }) => version).toSorted()).toEqual([
      "3.13.9",
      "3.14.2",
    ]);
  });

  it("is made again when the one in the cache no longer works", async () => {
    const here = machine();
    fakeUv(here);
    const { path } = await here.install();
    script(path, "exit 1");
    expect((await here.install()).version).toBe("3.14.2");
    expect(here.calls("uv")).toHaveLength(2);
  });

  it("made by two at once is made once", async () => {
    const here = machine();
    fakeUv(here, {}, "sleep 0.3");
    const [first, second] = await Promise.all([here.install(), here.install()]);
    expect(first.path).toBe(second.path);
    expect(here.calls("uv")).toHaveLength(1);
    expect(here.progress.some(({ step }) => step.includes(`waiting for process ${process.pid}`))).toBe(true);
  });

  it("takes over from a process that died while it installed", async () => {
    const here = machine();
    fakeUv(here);
    const dead = Number(execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" }));
    const lock = join(here.cache, "install-lock");
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, "owner-7"), JSON.stringify({ pid: dead, host: "elsewhere", start: "1" }));
    execFileSync("touch", ["-d", "1 hour ago", join(lock, "owner-7")]);
    fakePython(join(here.cache, "interpreters", "uv-3.14t", "half", "bin", "python3"), {
      freeThreaded: true,
    });
    expect(
      (await findInterpreters({ env: here.env, cwd: here.home })).interpreters.map(({ source }) => source),
    ).not.toContain("nogil cache");
    expect((await here.install()).version).toBe("3.14.2");
  });

  it("that is aborted leaves nothing that is picked up, and nothing running", async () => {
    const here = machine();
    const pidFile = join(here.home, "pid");
    fakeUv(
      here,
      {},
      `echo $$ > '${pidFile}'; head -c 100000 /dev/zero > "$UV_PYTHON_INSTALL_DIR/part"; sleep 100`,
    );
    const abort = new AbortController();
    const running = here.install({ signal: abort.signal });
    await expect.poll(() => existsSync(pidFile)).toBe(true);
    abort.abort(new Error("changed my mind"));
    await expect(running).rejects.toThrow("changed my mind");
    expect(finished(here.cache)).toEqual([]);
    await expect.poll(() => isRunning(Number(readFileSync(pidFile, "utf8")))).toBe(false);
    fakeUv(here);
    expect((await here.install()).version).toBe("3.14.2");
  });
});

describe("a source that cannot deliver", () => {
  it("is passed over, and the error says of each why and what to do", async () => {
    const here = machine();
    const onlyFakes = { ...here.env, PATH: here.bin };
    const error = await failed(here.install({ env: onlyFakes }));
    expect(error.attempts.map(({ source }) => source)).toEqual([
      "uv",
      "conda",
      "pyenv",
      "python.org",
      "debian",
    ]);
    expect(error.attempts.map(({ reason }) => reason)).toEqual([
      "uv is not installed",
      "neither conda, mamba nor micromamba is installed",
      "pyenv is not installed",
      expect.stringContaining("building needs a C compiler, make, tar, gzip, not found on PATH"),
      "no apt: this is not Debian or one of its relatives",
    ]);
    expect(error.message).toMatch(/uv: uv is not installed\n.*By hand: `uv python install/s);
    expect(error.code).toBe("INSTALL_FAILED");
  });

  it("names the packages to install where apt is there but no compiler", async () => {
    const here = machine();
    here.command("apt-get", "exit 1");
    const error = await failed(here.install({ env: { ...here.env, PATH: here.bin }, sources: ["debian"] }));
    expect(error.message).toMatch(
      /To go on: run `(?:sudo )?apt-get install gcc libc6-dev make tar xz-utils patch`/,
    );
  });

  it("is given up when it shows no progress in time, with everything it started", async () => {
    const here = machine();
    const pidFile = join(here.home, "pid");
    here.command("uv", `echo $$ > '${pidFile}'\necho 'Downloading…' >&2\nsleep 1000 & wait`);
    const error = await failed(here.install({ sources: ["uv"] }));
    expect(error.attempts[0]?.reason).toBe("uv got no answer from its server within 0.4 s");
    await expect.poll(() => isRunning(Number(readFileSync(pidFile, "utf8")))).toBe(false);
    expect(readdirSync(join(here.cache, "interpreters"))).toEqual([]);
  });

  it("is quoted when it fails, and the next one is tried", async () => {
    const here = machine();
    here.command("uv", "echo 'error: Failed to install' >&2; echo '  cause: dns error' >&2; exit 2");
    const pyenvRoot = fakePyenv(here, "3.14.1t");
    const installed = await here.install({
      env: { ...here.env, PYENV_ROOT: pyenvRoot },
      sources: ["uv", "pyenv"],
    });
    expect(installed.version).toBe("3.14.1");
    const error = await failed(here.install({ sources: ["uv"], version: "3.15t" }));
    expect(error.attempts[0]?.reason).toBe(
      "uv failed (exit code 2): error: Failed to install … cause: dns error",
    );
  });

  it.each([
    ["a build with the GIL", { freeThreaded: false }, /uv delivered a build with the GIL/],
    ["another version", { version: "3.12.1" }, /uv delivered Python 3\.12\.1, not 3\.14t/],
  ])("because it delivers %s is not believed", async (_, facts, message) => {
    const here = machine();
    fakeUv(here, facts);
    const error = await failed(here.install({ sources: ["uv"], version: "3.14t" }));
    expect(error.message).toMatch(message);
    expect(readdirSync(join(here.cache, "interpreters"))).toEqual([]);
  });

  it("is not one of nogil's: the option names those that are", async () => {
    const here = machine();
    await expect(here.install({ sources: ["floppy"] })).rejects.toThrow(
      /option "sources" is "floppy", expected one of uv, conda, pyenv, python\.org, debian/,
    );
    await expect(here.install({ version: "newest" })).rejects.toThrow(/option "python version" is "newest"/);
    await expect(here.install({ env: { ...here.env, NOGIL_INSTALL_SOURCES: "uv,floppy" } })).rejects.toThrow(
      /"floppy"/,
    );
  });
});

describe("a download server", () => {
  const reason = async (here: ReturnType<typeof machine>, address: string) => {
    for (const tool of ["cc", "make", "gzip"]) here.command(tool, "exit 1");
    const env = { ...here.env, NOGIL_PYTHON_ORG: address };
    return (await failed(here.install({ env, sources: ["python.org"] }))).attempts[0]?.reason;
  };

  it("that never answers is given up", async () => {
    expect(await reason(machine(), await serve(() => undefined))).toMatch(/does not answer within 0\.4 s/);
  });

  it("that refuses the connection is out of reach", async () => {
    const address = await serve(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await reason(machine(), address)).toMatch(/127\.0\.0\.1:\d+ is out of reach \(ECONNREFUSED\)/);
  });

  it("without the file, with another file, or breaking off is refused, and no file is left", async () => {
    const here = machine();
    expect(
      await reason(here, await serve(() => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")),
    ).toMatch(/answers 404 Not Found/);
    const wrong = await serve(() => "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    const sum = createHash("sha256").update("hello").digest("hex");
    expect(await reason(here, wrong)).toContain(`has the wrong checksum (SHA-256 ${sum}, expected `);
    const short = await serve(() => "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello");
    expect(await reason(here, short)).toMatch(/broke off/);
    expect(finished(here.cache)).toEqual([]);
  });

  it("that breaks off is asked for the rest the next time", async () => {
    const here = machine();
    const ranges: (string | undefined)[] = [];
    const address = await serve((request) => {
      ranges.push(/range: (.*)\r/i.exec(request)?.[1]);
      return ranges.length === 1
        ? "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello"
        : "HTTP/1.1 206 Partial Content\r\ncontent-length: 3\r\n\r\n!!!";
    });
    expect(await reason(here, address)).toMatch(/broke off/);
    const sum = createHash("sha256").update("hello!!!").digest("hex");
    expect(await reason(here, address)).toContain(`SHA-256 ${sum}`);
    expect(ranges).toEqual([undefined, "bytes=5-"]);
  });

  it("behind a proxy is reached through the proxy", async () => {
    const here = machine();
    const asked: string[] = [];
    const proxy = await serve((request) => {
      asked.push(request.split("\r\n")[0] ?? "");
      return "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
    });
    const env = { ...here.env, http_proxy: proxy, NOGIL_PYTHON_ORG: "http://downloads.invalid/" };
    for (const tool of ["cc", "make", "gzip"]) here.command(tool, "exit 1");
    const error = await failed(here.install({ env, sources: ["python.org"] }));
    expect(error.attempts[0]?.reason).toMatch(/answers 403/);
    expect(asked[0]).toMatch(/^GET http:\/\/downloads\.invalid\/3\.\d+\.\d+\/Python-3\.\d+\.\d+\.tgz HTTP/);
  });
});

describe("the server of a tool", () => {
  it("of pyenv is asked before a build is started", async () => {
    const here = machine();
    const env = { ...here.env, PYENV_ROOT: fakePyenv(here, "3.14.1t") };
    const silent = { ...env, PYTHON_BUILD_MIRROR_URL: await serve(() => undefined) };
    const error = await failed(here.install({ env: silent, sources: ["pyenv"] }));
    expect(error.attempts[0]?.reason).toMatch(/127\.0\.0\.1:\d+ does not answer within 0\.4 s/);
    const answering = {
      ...env,
      PYTHON_BUILD_MIRROR_URL: await serve(() => "HTTP/1.1 404 Not Found\r\n\r\n"),
    };
    expect((await here.install({ env: answering, sources: ["pyenv"] })).version).toBe("3.14.1");
  });

  it("of conda is taken from its own configuration and asked first", async () => {
    const here = machine();
    const tree = join(here.home, "conda-tree");
    fakePython(join(tree, "bin", "python"), { version: "3.14.3", freeThreaded: true });
    const conda = (address: string) =>
      here.command(
        "conda",
        `case "$1" in config) echo 'channel_alias: ${address}' ;; create) cp -r '${tree}' "$4" ;; esac`,
      );
    conda(await serve(() => undefined));
    const error = await failed(here.install({ sources: ["conda"] }));
    expect(error.attempts[0]?.reason).toMatch(/127\.0\.0\.1:\d+ does not answer within 0\.4 s/);
    expect(here.calls("conda")).toEqual(["config --show channel_alias"]);
    conda(await serve(() => "HTTP/1.1 200 OK\r\n\r\n"));
    expect((await here.install({ sources: ["conda"], version: "3.14t" })).version).toBe("3.14.3");
    expect(here.calls("conda").at(-1)).toMatch(
      /^create --yes --prefix \S+ --override-channels --channel conda-forge python-freethreading=3\.14$/,
    );
  });
});

/** A pyenv whose python-build "builds" a fake Python of the newest definition. */
function fakePyenv({ home }: ReturnType<typeof machine>, definition: string): string {
  const pyenv = join(home, "pyenv");
  const plugin = join(pyenv, "plugins", "python-build");
  mkdirSync(join(plugin, "share", "python-build"), { recursive: true });
  for (const name of ["3.13.0t", "3.14.1", "3.9.1", definition]) {
    writeFileSync(join(plugin, "share", "python-build", name), "");
  }
  const ready = join(home, "python-build-tree");
  fakePython(join(ready, "bin", "python3"), { version: definition.slice(0, -1), freeThreaded: true });
  script(join(plugin, "bin", "python-build"), `[ "$1" = '${definition}' ] && cp -r '${ready}' "$2"`);
  return pyenv;
}

describe("the distribution's source package", () => {
  /** Debian with fake apt, compiler and make: everything but the programs they stand for is real. */
  function debianMachine() {
    const here = machine();
    const { home, command } = here;
    const etc = join(home, "system", "etc");
    mkdirSync(join(etc, "apt", "sources.list.d"), { recursive: true });
    writeFileSync(join(etc, "os-release"), "ID=debian\nVERSION_CODENAME=bookworm\n");
    writeFileSync(
      join(etc, "apt", "sources.list.d", "debian.sources"),
      "Types: deb\nURIs: http://mirror.invalid/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /keys.gpg\n",
    );
    const tree = join(home, "tree", "Python-3.13.5");
    // configure leaves a note; make reads it, may be told to hang once, and installs a fake Python.
    script(join(tree, "configure"), `echo "$@" > arguments; echo 'checking for gcc... yes'`);
    fakePython(join(tree, "ready"), { version: "3.13.5", freeThreaded: true });
    const archive = join(home, "python3.13_3.13.5.orig.tar.gz");
    execFileSync("tar", ["-czf", archive, "-C", join(home, "tree"), "Python-3.13.5"]);
    mkdirSync(join(home, "packaging", "debian", "patches"), { recursive: true });
    const patches = join(home, "packaging", "debian", "patches");
    writeFileSync(
      join(patches, "series"),
      "debian-layout.diff\nCVE-2026-0001.patch\n# off.patch\nrepair.patch -p1\n",
    );
    writeFileSync(join(patches, "debian-layout.diff"), "Description: our folders\n");
    writeFileSync(join(patches, "CVE-2026-0001.patch"), "fix\n");
    writeFileSync(join(patches, "repair.patch"), "Subject: [PATCH] [3.13] gh-123456: repair\n");
    const packaging = join(home, "python3.13_3.13.5-2.debian.tar.gz");
    execFileSync("tar", ["-czf", packaging, "-C", join(home, "packaging"), "debian"]);
    const line = (path: string) => {
      const content = readFileSync(path);
      return ` ${createHash("sha256").update(content).digest("hex")} ${content.length} ${path.split("/").at(-1)}`;
    };
    const stanza = `Package: python3.13\nVersion: 3.13.5-2+deb13u5\nChecksums-Sha256:\n${line(archive)}\n${line(packaging)}\n`;
    writeFileSync(join(home, "showsrc"), stanza);
    command(
      "apt-get",
      `case "$*" in
*update*) cp "$2" '${home}/apt.conf'; cat "$(dirname "$2")/parts/nogil.sources" >> '${home}/sources'; echo 'Get:1 mirror' ;;
*source*) cp '${archive}' '${packaging}' . ;;
esac`,
    );
    command("apt-cache", `cat '${home}/showsrc'`);
    for (const tool of ["cc", "xz"]) command(tool, ":");
    command("patch", ":");
    command(
      "make",
      `case "$1" in
-j*) echo 'gcc -c x.c -o x.o'; touch x.o; [ -e '${home}/hang' ] && { echo $$ > '${home}/pid'; sleep 1000; }; exit 0 ;;
install) for word; do case $word in DESTDIR=*) stage=\${word#DESTDIR=} ;; esac; done
  prefix=$(tr ' ' '\\n' < arguments | sed -n 's/^--prefix=//p')
  mkdir -p "$stage$prefix/bin"; cp '${join(tree, "ready")}' "$stage$prefix/bin/python3"; cp arguments "$stage$prefix" ;;
esac`,
    );
    const install = (options: InstallOptions = {}) => here.install({ sources: ["debian"], ...options });
    return { ...here, install };
  }

  it("is built without the GIL and with its security patches, in a private apt configuration", async () => {
    const here = debianMachine();
    const installed = await here.install();
    expect(installed).toMatchObject({ version: "3.13.5", freeThreadedBuild: true });
    expect(installed.path).toBe(join(here.cache, "interpreters/cpython-3.13.5t-debian/bin/python3"));
    expect(readFileSync(join(here.home, "sources"), "utf8")).toBe(
      "Types: deb-src\nURIs: http://mirror.invalid/debian\nSuites: stable\nComponents: main\nSigned-By: /keys.gpg\n",
    );
    const configuration = readFileSync(join(here.home, "apt.conf"), "utf8");
    for (const place of [
      "Dir::State",
      "Dir::State::lists",
      "Dir::Cache",
      "Dir::Log",
      "Dir::Etc::sourceparts",
    ]) {
      expect(configuration).toContain(`${place} "${here.cache}`);
    }
    expect(configuration).toContain("#clear APT::Update::Post-Invoke;");
    expect(here.calls("patch").map((line) => line.split("/").at(-1))).toEqual([
      "CVE-2026-0001.patch",
      "repair.patch",
    ]);
    const steps = [...new Set(here.progress.map(({ step }) => step))];
    expect(steps).toEqual([
      "reading the distribution's list of sources",
      expect.stringMatching(/^unpacking/),
      "applying security patches",
      "configuring",
      "compiling",
      "installing",
      "checking the modules",
    ]);
    for (const { fraction } of here.progress) {
      if (fraction !== null) expect(fraction).toBeGreaterThanOrEqual(0);
      if (fraction !== null) expect(fraction).toBeLessThanOrEqual(1);
    }
    expect(existsSync(join(here.cache, "work", "debian"))).toBe(false);
  });

  it("goes on after a kill where it stopped: neither downloaded, unpacked nor configured again", async () => {
    const here = debianMachine();
    writeFileSync(join(here.home, "hang"), "");
    const abort = new AbortController();
    const running = here.install({ signal: abort.signal });
    await expect.poll(() => existsSync(join(here.home, "pid"))).toBe(true);
    abort.abort(new Error("killed"));
    await expect(running).rejects.toThrow("killed");
    expect(finished(here.cache)).toEqual([]);
    const configured = join(here.cache, "work/debian/cpython-3.13.5t-debian/build/nogil-configured.json");
    expect(existsSync(configured)).toBe(true);
    rmSync(join(here.home, "hang"));
    const aptCalls = here.calls("apt-get").length;
    expect((await here.install()).version).toBe("3.13.5");
    expect(here.calls("apt-get")).toHaveLength(aptCalls);
    expect(here.calls("patch")).toHaveLength(2);
    expect(here.calls("make").map((line) => line.split(" ")[0])).toEqual([
      expect.stringMatching(/^-j/),
      expect.stringMatching(/^-j/),
      "install",
    ]);
  });

  it("looks in testing for a version that stable does not have, and says what there is", async () => {
    const here = debianMachine();
    const error = await failed(here.install({ version: "3.14t" }));
    expect(error.attempts[0]?.reason).toBe(
      "the distribution has no source of a Python that fits (it has 3.13.5 in stable, 3.13.5 in testing)",
    );
    expect(here.calls("make")).toEqual([]);
  });

  it("that the archive lists but does not have is named with the archive's answer", async () => {
    const here = debianMachine();
    here.command(
      "apt-get",
      `case "$*" in
*update*) echo 'Get:1 mirror' ;;
*) printf 'W: unsandboxed\\nE: Failed to fetch http://mirror.invalid/p.dsc  404  Not Found\\nE: Failed to fetch some archives.\\n' >&2; exit 100 ;;
esac`,
    );
    expect((await failed(here.install())).attempts[0]?.reason).toBe(
      "apt-get source failed: E: Failed to fetch http://mirror.invalid/p.dsc 404 Not Found",
    );
  });

  it("is given up when the archive does not answer, and refused when its signature is not right", async () => {
    const here = debianMachine();
    here.command("apt-get", "echo 'Err:1 mirror'; sleep 1000");
    expect((await failed(here.install())).attempts[0]?.reason).toBe(
      "the package archive does not answer within 0.4 s",
    );
    here.command(
      "apt-get",
      "echo 'Get:1 mirror'; echo 'W: GPG error: mirror InRelease: NO_PUBKEY 6ED0E7B82643E131' >&2",
    );
    expect((await failed(here.install())).attempts[0]?.reason).toMatch(
      /apt-get update failed: W: GPG error.*NO_PUBKEY/,
    );
  });

  it("fetches missing headers into the private folder, with the libraries that the machine lacks", async () => {
    const here = debianMachine();
    const { home } = here;
    const triplet = "x86_64-linux-gnu";
    const deb = join(home, "deb");
    for (const path of [
      "usr/include/zlib.h",
      `usr/include/${triplet}/zconf.h`,
      `lib/${triplet}/libz.so.1.2`,
    ]) {
      mkdirSync(join(deb, path, ".."), { recursive: true });
      writeFileSync(join(deb, path), "");
    }
    here.command("cc", "echo 'nogil_missing 2'");
    const known = readFileSync(join(here.bin, "apt-get"), "utf8").split("\n").slice(2).join("\n");
    here.command(
      "apt-get",
      `case "$*" in
*'install -s'*) echo 'Inst libc6 [2.36-1] (2.36-2 Debian)'; echo 'Inst zlib1g (1:1.2 Debian:12 [amd64])'; echo 'Inst zlib1g-dev (1:1.2 Debian:12 [amd64])'; exit 0 ;;
*' download zlib'*) : > zlib.deb; exit 0 ;;
esac
${known}`,
    );
    here.command("dpkg-deb", `mkdir -p "$3"; cp -r '${deb}'/. "$3/"`);
    const { path } = await here.install();
    expect(here.calls("apt-get").find((line) => line.includes("download "))).toMatch(
      /download zlib1g=1:1\.2 zlib1g-dev=1:1\.2$/,
    );
    expect(readFileSync(join(home, "sources"), "utf8")).toContain(
      "Types: deb\nURIs: http://mirror.invalid/debian\nSuites: bookworm-updates\n",
    );
    expect(readdirSync(join(path, "..", "..", "lib", "nogil-runtime"))).toEqual(["libz.so.1.2"]);
    const configured = readFileSync(join(path, "..", "..", "arguments"), "utf8");
    const development = join(here.cache, "work", "debian", "development");
    expect(configured).toContain(`CPPFLAGS=-I${development}/include`);
    expect(configured).toContain(`-Wl,-rpath,${join(path, "..", "..", "lib", "nogil-runtime")}`);
  });

  it("does not install what lacks a module, or when a security patch does not apply", async () => {
    const here = debianMachine();
    here.command("patch", "echo 'Hunk #1 FAILED'; exit 1");
    expect((await failed(here.install())).attempts[0]?.reason).toMatch(
      /the patch CVE-2026-0001\.patch does not apply: Hunk #1 FAILED/,
    );
    expect(finished(here.cache)).toEqual([]);
  });

  it("is not tried in a folder whose name CPython's build cannot take", async () => {
    const here = debianMachine();
    const error = await failed(here.install({ cacheDir: join(here.home, "my cache") }));
    expect(error.message).toMatch(
      /a folder with spaces in its name.*To go on: set XDG_CACHE_HOME to a folder without\./s,
    );
  });

  it("without an archive of the distribution says so", async () => {
    const here = debianMachine();
    rmSync(join(here.home, "system", "etc", "apt"), { recursive: true });
    expect((await failed(here.install())).attempts[0]?.reason).toBe(
      "apt has no archive of the distribution configured",
    );
  });
});
