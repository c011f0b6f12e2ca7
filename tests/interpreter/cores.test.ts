import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { allowedCores } from "../../src/interpreter/index.js";

const system = (files: Record<string, string>) => (path: string) => files[path];
const STATUS = { "/proc/self/status": "Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t0-7\n" };
const V2_MOUNT = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n";

describe("allowed cores", () => {
  it("are those of this process, at least one", () => {
    const cores = allowedCores();
    expect(cores.affinity).toBeGreaterThanOrEqual(1);
    expect(cores.allowed).toBeGreaterThan(0);
    expect(cores.allowed).toBeLessThanOrEqual(cores.affinity);
  });

  it("count the CPUs of the affinity list", () => {
    const read = system({ "/proc/self/status": "Cpus_allowed_list:\t0-2,5,8-9\n" });
    expect(allowedCores(read)).toEqual({ allowed: 6, affinity: 6, quota: null });
  });

  it("come from Node where there is no /proc, or a list that cannot be read", () => {
    const expected = { allowed: availableParallelism(), affinity: availableParallelism(), quota: null };
    expect(allowedCores(system({}))).toEqual(expected);
    expect(allowedCores(system({ "/proc/self/status": "Cpus_allowed_list:\tmany\n" }))).toEqual(expected);
  });

  it("follow a quota of control groups version 2, the tightest on the way to the root", () => {
    const read = system({
      ...STATUS,
      "/proc/self/cgroup": "0::/system.slice/app.service\n",
      "/proc/self/mountinfo": V2_MOUNT,
      "/sys/fs/cgroup/system.slice/app.service/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/system.slice/cpu.max": "150000 100000\n",
    });
    expect(allowedCores(read)).toEqual({ allowed: 1.5, affinity: 8, quota: 1.5 });
  });

  it("follow the quota at the mount point inside a container", () => {
    const inside = { ...STATUS, "/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": V2_MOUNT };
    expect(allowedCores(system({ ...inside, "/sys/fs/cgroup/cpu.max": "50000 100000" })).allowed).toBe(0.5);
    expect(allowedCores(system({ ...inside, "/sys/fs/cgroup/cpu.max": "max 100000" })).quota).toBeNull();
  });

  it("follow a quota of control groups version 1 whose mount shows only the container's part", () => {
    const read = system({
      ...STATUS,
      "/proc/self/cgroup": "5:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n",
      "/proc/self/mountinfo":
        "40 30 0:33 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "300000\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    });
    expect(allowedCores(read)).toEqual({ allowed: 3, affinity: 8, quota: 3 });
  });

  it("ignore a quota above the affinity and one that is switched off", () => {
    const v1 = {
      ...STATUS,
      "/proc/self/cgroup": "5:cpu:/\n",
      "/proc/self/mountinfo": "40 30 0:33 / /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    };
    const quota = (value: string) =>
      allowedCores(system({ ...v1, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": value }));
    expect(quota("-1\n")).toEqual({ allowed: 8, affinity: 8, quota: null });
    expect(quota("3200000\n")).toEqual({ allowed: 8, affinity: 8, quota: 32 });
  });
});
