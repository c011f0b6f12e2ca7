/** A web server that behaves as badly as the path says. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An RSS feed of these items. */
export function rss(items: readonly { title?: string; link: string; text: string; guid?: string }[]): string {
  const xml = items.map(
    ({ title, link, text, guid }) =>
      `<item>${title === undefined ? "" : `<title>${title}</title>`}<link>${link}</link><guid>${guid ?? link}</guid>` +
      `<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate><description><![CDATA[${text}]]></description></item>`,
  );
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>${xml.join("")}</channel></rss>`;
}

/** Another story, about birds of prey of another kind, so to say. */
export function otherStoryAbout(subject: string): string {
  return [
    `${subject} is a small command-line tool that draws charts out of log files, and its second version is here.`,
    `The drawing code of ${subject} was written anew in Rust, and a plugin for editors comes with it.`,
    `Charts can be sent to a terminal or saved as pictures, and ${subject} now chooses colours that print well.`,
    `A query language filters lines before they are drawn; its syntax follows that of the SQL family.`,
    `Old configuration files of ${subject} keep working, but the command to install plugins has another name.`,
    `The author explains in a long post which algorithms find outliers in latency data, and why medians are shown.`,
  ].join(" ");
}

/** A story that no other resembles. */
export function storyAbout(subject: string): string {
  return [
    `${subject} got a new release of its library, and the maintainers of ${subject} describe the change in their source code.`,
    `The ${subject} function that reads a module now runs in a worker thread, which makes the server of ${subject} faster.`,
    `A bug in the ${subject} cache was fixed, so that memory no longer grows while the network is slow.`,
    `Projects that use the ${subject} API must pass a new option, because the old default of ${subject} was removed.`,
    `The ${subject} documentation explains how to test the configuration before the version is deployed.`,
    `Developers of ${subject} plan to support the next runtime and to publish benchmark results for every type of query.`,
    `The security review of ${subject} found no problem in the protocol, and its report is open source.`,
  ].join(" ");
}

export interface FeedServer {
  readonly url: string;
  /** Paths that were asked for, with the status of the answer. */
  readonly log: readonly string[];
  close(): Promise<void>;
}

type Answer = (response: ServerResponse, headers: Readonly<Record<string, unknown>>) => void;

export async function startFeedServer(pages: Readonly<Record<string, string | Answer>>): Promise<FeedServer> {
  const log: string[] = [];
  const server: Server = createServer((request, response) => {
    const page = pages[request.url ?? ""];
    response.on("close", () => log.push(`${request.url} ${response.statusCode}`));
    if (page === undefined) response.writeHead(404).end();
    else if (typeof page === "string")
      response.writeHead(200, { "content-type": "application/rss+xml" }).end(page);
    else page(response, request.headers);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
