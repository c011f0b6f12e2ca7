import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AptSource,
  formatDeb822,
  parseDeb822Sources,
  parseOneLineSources,
  parseStanzas,
} from "../../src/interpreter/install/apt-sources.js";
import {
  distributionSources,
  mainArchive,
  sourceSuites,
} from "../../src/interpreter/install/distribution.js";

const bookworm = { like: ["debian"], codename: "bookworm" };

describe("the machine's package sources", () => {
  it("are read from the one-line format", () => {
    const text = `
# deb http://old.example/debian bookworm main
deb http://mirror.example/debian bookworm main contrib # comment
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/etc/keys/a.gpg] https://b.example/ubuntu noble-updates main universe
`;
    expect(parseOneLineSources(text)).toEqual([
      {
        uri: "http://mirror.example/debian",
        suite: "bookworm",
        components: ["main", "contrib"],
        signedBy: undefined,
      },
      {
        uri: "https://b.example/ubuntu",
        suite: "noble-updates",
        components: ["main", "universe"],
        signedBy: "/etc/keys/a.gpg",
      },
    ]);
  });

  it("are read from deb822 files, with several suites, disabled ones and a key in the file", () => {
    const text = `# header
Types: deb deb-src
URIs: http://a.example/debian http://b.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://off.example/
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/
Suites: bookworm
Components: main
`;
    const sources = parseDeb822Sources(text);
    expect(sources.map(({ uri, suite }) => `${uri} ${suite}`)).toEqual([
      "http://a.example/debian bookworm",
      "http://a.example/debian bookworm-updates",
      "http://b.example/debian bookworm",
      "http://b.example/debian bookworm-updates",
    ]);
    expect(sources[0]?.signedBy).toBe(
      "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBF\n-----END PGP PUBLIC KEY BLOCK-----",
    );
  });

  it("written as deb822 read back the same", () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9:/.+-]{0,20}$/);
    const line = fc.stringMatching(/^[A-Za-z0-9=+/-]{0,20}$/);
    const key = fc
      .array(line, { minLength: 1, maxLength: 5 })
      .map((lines) => ["-----BEGIN-----", ...lines, "-----END-----"].join("\n"));
    const source: fc.Arbitrary<AptSource> = fc.record({
      uri: word,
      suite: word,
      components: fc.array(word, { minLength: 1, maxLength: 3 }),
      signedBy: fc.option(fc.oneof(word, key), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(source, { maxLength: 4 }), (sources) => {
        const text = sources.map((one) => formatDeb822(one, "deb")).join("\n");
        expect(parseDeb822Sources(text)).toEqual(sources);
      }),
    );
  });

  it("can be any text without making the reader fail", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        parseOneLineSources(text);
        parseDeb822Sources(text);
        parseStanzas(text);
      }),
    );
  });
});

describe("the distribution's own archives", () => {
  const archive = (
    suite: string,
    uri = "http://mirror.example/debian",
    components = ["main"],
  ): AptSource => ({
    uri,
    suite,
    components,
    signedBy: undefined,
  });

  it("are those of the release, its updates and its security fixes, not those of others", () => {
    const own = [
      archive("bookworm"),
      archive("bookworm-updates"),
      archive("bookworm-security"),
      archive("bookworm/updates"),
    ];
    const others = [
      archive("cloud-sdk-bookworm", "https://packages.example/apt"),
      archive("nodistro"),
      archive("bookworm", "cdrom:[Debian]/"),
      archive("bookworm", "http://x.example", ["non-free"]),
    ];
    expect(distributionSources([...others, ...own], bookworm)).toEqual(own);
    expect(mainArchive(own.toReversed(), bookworm)).toEqual(archive("bookworm"));
    expect(mainArchive([archive("bookworm-updates")], bookworm)).toBeUndefined();
    expect(mainArchive([archive("stable")], bookworm)).toEqual(archive("stable"));
    expect(distributionSources([archive("sid")], { like: ["debian"], codename: "" })).toEqual([
      archive("sid"),
    ]);
  });

  it("have newer releases beside them under the names of the distribution", () => {
    expect(sourceSuites(bookworm)).toEqual(["stable", "testing"]);
    expect(sourceSuites({ like: ["linuxmint", "ubuntu", "debian"], codename: "noble" })).toEqual([
      "noble",
      "devel",
    ]);
  });
});
