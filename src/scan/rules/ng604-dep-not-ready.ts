import type { PackagingRule } from "./packaging-rule.js";

/** Its findings come from the dependencies' own evidence: see dependencies/ and environment/. */
export const depNotReady: PackagingRule = {
  code: "NG604",
  name: "dep-not-ready",
  severity: "high",
  effect: "not-ready",
  summary: "A dependency has no wheel for a free-threaded Python, or not in the version that is locked.",
  explanation:
    "Without a wheel tagged for the free-threaded build (`cp314t`; `abi3t` from 3.15 on) a package with extension modules is compiled at installation, which fails or gives modules that nobody tested without the GIL and that may switch it on. A lock file says exactly which wheels its version has, so it is believed first; for requirements without one the list of known packages that comes with nogil says from which version on there are such wheels, as of the date it shows. What is installed in the environment is measured instead of looked up.",
  example: "requirements.txt",
  unsafe: "numpy==1.26.4\nidna==3.10\n",
  safe: "numpy==2.3.5\nidna==3.10\n",
  fix: "Upgrade to a version with such wheels; without one, keep what needs the package in processes of their own, or replace it.",
  versions: "3.13t and newer",
  source: "Wheel tags: PEP 425, PEP 803; known packages: the source and date that the scan prints",
  language: "text",
};
