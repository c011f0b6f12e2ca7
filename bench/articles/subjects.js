/** Posts that resemble one another in form and not in content, as JSON lines. */
const NAMES =
  "Kestrel Osprey Merlin Harrier Buzzard Falcon Heron Bittern Curlew Dunlin Plover Whimbrel Avocet Godwit Redshank Turnstone Sanderling Ruff Snipe Woodcock".split(
    " ",
  );
const TOPICS =
  "parsing caching routing logging hashing sorting indexing compression encryption scheduling rendering testing packaging tracing batching streaming sharding replication validation migration".split(
    " ",
  );

function post(name, topic, number) {
  const facts = [
    `${name} ${number}.0 is a new release of the ${topic} library, and its maintainers describe in the source code how ${topic} changed.`,
    `The ${topic} module of ${name} now runs in a worker thread, so that a server with many requests answers ${number + 2} times as often.`,
    `A bug in the ${name} ${topic} cache was fixed: memory of long processes no longer grows while the network is slow.`,
    `Projects that call the ${name} API must pass the option ${topic}Mode, because the old default was removed in version ${number}.0.`,
    `Benchmarks by the ${name} developers show ${number * 13 + 100} operations a millisecond for ${topic} on ${number + 3} cores.`,
    `The type declarations of ${name} were rewritten, and the compiler reports a wrong ${topic} callback where it is passed.`,
    `Next, ${name} will support another database, and the query language for ${topic} gets a function for nested documents.`,
    `The ${name} documentation explains how ${topic} is tested before a version is deployed to production.`,
  ];
  const rest = Array.from(
    { length: 14 },
    (_, index) =>
      `In part ${index + 1} of the ${name} report, step ${index * 7 + number} of ${topic} is measured with ${(index + 3) * 11} inputs of ${name.toLowerCase()}${index} data.`,
  );
  return {
    title: `${name} ${number} and its new ${topic}`,
    url: `https://${name.toLowerCase()}.example/${number}`,
    text: [...facts, ...rest].join(" "),
  };
}

/** @param {number} count at most 20 */
export function subjects(count) {
  return NAMES.slice(0, count)
    .map((name, index) => `${JSON.stringify(post(name, TOPICS[index], index + 2))}\n`)
    .join("");
}
