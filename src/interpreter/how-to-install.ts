/**
 * Sentences that say how to obtain a free-threaded Python on this platform, for messages and for people.
 */

const EVERYWHERE =
  "`uv python install 3.14t`, or `conda create -n nogil -c conda-forge python-freethreading`";
const AFTERWARDS = "then name it with --python or NOGIL_PYTHON";

/** The ways without nogil, without a verb: "`uv python install 3.14t`, or …". */
function ways(platform: NodeJS.Platform): string {
  switch (platform) {
    case "darwin":
      return (
        `${EVERYWHERE}, or \`brew install python-freethreading\`, or python.org's installer ` +
        '("Customize", then "Free-threaded Python")'
      );
    case "win32":
      return (
        `${EVERYWHERE}, or \`py install 3.14t\`, or python.org's installer ` +
        '("Customize installation", then "Download free-threaded binaries")'
      );
    default:
      return (
        `${EVERYWHERE}, or \`pyenv install 3.14t\`, or from CPython's source with ` +
        "`./configure --disable-gil && make && make install`"
      );
  }
}

/** How to obtain one: by nogil, or by hand. */
export function howToInstall(platform: NodeJS.Platform = process.platform): string {
  return `Get a free-threaded Python with \`nogil python install\`, or by hand with ${ways(platform)}; ${AFTERWARDS}.`;
}

/** How to obtain one where nogil could not. */
export function howToInstallByHand(platform: NodeJS.Platform = process.platform): string {
  return `By hand: ${ways(platform)}; ${AFTERWARDS}.`;
}
