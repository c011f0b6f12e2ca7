/** What the name of a wheel says of where it can be installed (PEP 425, PEP 427). */
import type { Target } from "../../analyzer/index.js";

/** The first minor version of Python with the stable ABI for free-threaded builds (PEP 803). */
const ABI3T_MINOR = 15;

/** `shop-1.0-cp314-cp314t-manylinux_2_28_x86_64.whl`: its last three parts; each may be several, with dots between. */
const WHEEL = /-([^-]+)-([^-]+)-([^-]+)\.whl$/;

/** How a wheel fits a free-threaded Python; undefined if it cannot be installed there. */
export function fitOf(wheel: string, target: Target): "pure" | "abi" | undefined {
  const match = WHEEL.exec(wheel);
  if (match === null) return undefined;
  const [abis, platform] = [(match[2] ?? "").split("."), match[3] ?? ""];
  if (abis.includes("none")) return platform === "any" ? "pure" : "abi";
  if (abis.includes(`cp3${target.minor}t`)) return "abi";
  return abis.includes("abi3t") && target.minor >= ABI3T_MINOR && isOldEnough(match[1] ?? "", target)
    ? "abi"
    : undefined;
}

/** A stable ABI serves the version it names and all later ones. */
function isOldEnough(pythons: string, target: Target): boolean {
  return pythons
    .split(".")
    .some((python) => Number(/^cp3(\d+)$/.exec(python)?.[1] ?? Infinity) <= target.minor);
}
