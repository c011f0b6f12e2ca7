import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/**
 * How many CPUs this process may use: the CPUs it may be scheduled on, and the share of time that its
 * control groups grant (`docker --cpus`, Kubernetes limits, systemd `CPUQuota`). Node's
 * `availableParallelism()` knows the first only on some versions, Python's `os.process_cpu_count()` never the second.
 *
 * Sources: proc(5), Documentation/admin-guide/cgroup-v2.rst and cgroup-v1 in the Linux tree.
 */
export interface Cores {
  /** CPUs to plan with: the smaller of affinity and quota; a fraction when the quota is one. */
  readonly allowed: number;
  /** CPUs this process may be scheduled on. */
  readonly affinity: number;
  /** CPUs' worth of time per period that the control groups allow, null without a limit. */
  readonly quota: number | null;
}

/** Reads a file of the system, undefined when it is not there; tests pass their own. */
export type ReadFile = (path: string) => string | undefined;

/** The CPUs this process may use, read anew at each call (a container's limit can change while it runs). */
export function allowedCores(read: ReadFile = readSystemFile): Cores {
  const affinity = affinityCount(read) ?? availableParallelism();
  const quota = cgroupQuota(read);
  return { allowed: quota === null ? affinity : Math.min(affinity, quota), affinity, quota };
}

function readSystemFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function affinityCount(read: ReadFile): number | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(read("/proc/self/status") ?? "")?.[1];
  if (list === undefined) return undefined;
  let count = 0;
  for (const range of list.split(",")) {
    const [first, last = first] = range.split("-").map(Number);
    if (first === undefined || last === undefined || !(last >= first)) return undefined;
    count += last - first + 1;
  }
  return count;
}

/** The tightest limit on the way from this process's control group to the root, in CPUs. */
function cgroupQuota(read: ReadFile): number | null {
  let tightest: number | null = null;
  for (const { folder, root, version } of cgroupFolders(read)) {
    for (let path = folder; ; path = path.slice(0, path.lastIndexOf("/"))) {
      const limit = version === 2 ? quotaV2(read, path) : quotaV1(read, path);
      if (limit !== null && (tightest === null || limit < tightest)) tightest = limit;
      if (path.length <= root.length) break;
    }
  }
  return tightest;
}

function quotaV2(read: ReadFile, folder: string): number | null {
  const [quota, period] = (read(`${folder}/cpu.max`) ?? "").trim().split(/\s+/);
  return asCpus(Number(quota), Number(period));
}

function quotaV1(read: ReadFile, folder: string): number | null {
  return asCpus(
    Number(read(`${folder}/cpu.cfs_quota_us`) ?? "-1"),
    Number(read(`${folder}/cpu.cfs_period_us`) ?? "0"),
  );
}

function asCpus(quota: number, period: number): number | null {
  return quota > 0 && period > 0 ? quota / period : null;
}

interface CgroupFolder {
  readonly folder: string;
  /** Where the hierarchy is mounted; nothing above it is a control group. */
  readonly root: string;
  readonly version: 1 | 2;
}

/** Joins what /proc/self/cgroup names with where /proc/self/mountinfo says it is mounted. */
function cgroupFolders(read: ReadFile): CgroupFolder[] {
  const groups = new Map<string, string>();
  for (const line of (read("/proc/self/cgroup") ?? "").split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers === "") groups.set("2", path);
    else if (controllers.split(",").includes("cpu")) groups.set("1", path);
  }
  const found: CgroupFolder[] = [];
  for (const line of (read("/proc/self/mountinfo") ?? "").split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [type, , options = ""] = after.split(" ");
    const fields = before.split(" ");
    const mountedRoot = fields[3];
    const root = fields[4];
    if (mountedRoot === undefined || root === undefined) continue;
    const version =
      type === "cgroup2" ? 2 : type === "cgroup" && options.split(",").includes("cpu") ? 1 : null;
    if (version === null) continue;
    const path = groups.get(String(version));
    if (path === undefined) continue;
    found.push({ folder: root + insideMount(path, mountedRoot), root, version });
  }
  return found;
}

/**
 * The group's path below the mount point. In a container with its own mount but the host's cgroup namespace the
 * mount shows only a part of the tree (`mountedRoot`), so that part is cut off; a path outside it means the mount
 * point is our group.
 */
function insideMount(path: string, mountedRoot: string): string {
  if (path === "/" || path.startsWith("/..")) return "";
  if (mountedRoot === "/") return path;
  if (path === mountedRoot) return "";
  return path.startsWith(`${mountedRoot}/`) ? path.slice(mountedRoot.length) : "";
}
