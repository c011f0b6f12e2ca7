import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseVersionRequest, satisfies } from "../../src/interpreter/index.js";
import { compareVersions, parseVersion, readVersionRequest } from "../../src/interpreter/version.js";

const python = (version: string, freeThreadedBuild = false) => ({ version, freeThreadedBuild });
const meets = (request: string, version: string, freeThreaded = false) =>
  satisfies(parseVersionRequest(request), python(version, freeThreaded));

describe("a version request", () => {
  it.each([
    ["3.13", "3.13.5", true],
    ["3.13", "3.14.0", false],
    ["3.13", "3.130.0", false],
    ["3.1", "3.13.0", false],
    ["3", "3.9.1", true],
    ["3.13.5", "3.13.5", true],
    ["3.13.5", "3.13.4", false],
    ["3.15", "3.15.0rc1", true],
    ["3.15.0rc1", "3.15.0rc1", true],
    ["3.15.0", "3.15.0rc1", false],
    [">=3.11", "3.11.0", true],
    [">=3.11", "3.10.9", false],
    [">=3.11,<3.14", "3.13.9", true],
    [">=3.11,<3.14", "3.14.0", false],
    [">=3.11, < 3.14", "3.14.0rc2", false],
    ["~=3.11", "3.14.0", true],
    ["~=3.11.2", "3.11.9", true],
    ["~=3.11.2", "3.12.0", false],
    ["==3.12.*", "3.12.7", true],
    ["==3.12", "3.12.7", false],
    ["!=3.12.*", "3.12.7", false],
    [">3.12", "3.12.1", true],
    ["<=3.12.1", "3.12.1", true],
    ["python3.12", "3.12.1", true],
    ["cpython@3.12", "3.12.1", true],
    ["cpython-3.12.1", "3.12.1", true],
  ])("%s and Python %s: %s", (request, version, expected) => {
    expect(meets(request, version)).toBe(expected);
  });

  it("with a t demands a free-threaded build, without one takes either", () => {
    for (const request of ["3.13t", "3.13+freethreaded", "t", ">=3.13t", "3.13.5T"]) {
      expect(meets(request, "3.13.5", true), request).toBe(true);
      expect(meets(request, "3.13.5", false), request).toBe(false);
    }
    expect(meets("3.13", "3.13.5", true)).toBe(true);
  });

  it.each([
    "",
    " ",
    "latest",
    "3.x",
    "3.13tt",
    ">=",
    ">=3.*",
    "~=3",
    "3.13,",
    "-3",
    "3.13 or 3.14",
    "pypy3.10",
    "3..1",
  ])("%j is refused, and the message says what is expected", (text) => {
    expect(() => parseVersionRequest(text)).toThrow(/option "python version" is .*expected .*3\.14t/);
  });

  it("reads any text without failing in another way", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[=<>~!]{0,2}[0-9.,*t rc]{0,12}$/)), (text) => {
        const request = readVersionRequest(text);
        if (request !== undefined) satisfies(request, python("3.13.5"));
      }),
    );
  });

  it("orders versions as numbers, pre-releases before their release", () => {
    const number = fc.nat({ max: 30 });
    const version = fc
      .tuple(fc.constantFrom(2, 3), number, number, fc.constantFrom("", "a1", "b2", "rc1", "rc2"))
      .map(([major, minor, micro, pre]) => `${major}.${minor}.${micro}${pre}`);
    fc.assert(
      fc.property(version, version, (left, right) => {
        const order = Math.sign(compareVersions(parseVersion(left)!, parseVersion(right)!));
        expect(order).toBe(-Math.sign(compareVersions(parseVersion(right)!, parseVersion(left)!)) + 0);
        expect(order === 0).toBe(left === right);
        expect(meets(`>=${right}`, left)).toBe(order >= 0);
        expect(meets(`>${right}`, left)).toBe(order > 0);
      }),
    );
    expect(compareVersions(parseVersion("3.9.18")!, parseVersion("3.13.0")!)).toBeLessThan(0);
    expect(compareVersions(parseVersion("3.15.0rc2")!, parseVersion("3.15.0")!)).toBeLessThan(0);
  });
});
