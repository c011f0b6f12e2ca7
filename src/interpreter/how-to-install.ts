/**
 * A sentence that says how to obtain a free-threaded Python by hand on this platform.
 */
export function howToInstall(platform: NodeJS.Platform = process.platform): string {
  const everywhere =
    "`uv python install 3.14t`, or `conda create -n nogil -c conda-forge python-freethreading`";
  switch (platform) {
    case "darwin":
      return (
        "Get a free-threaded Python with `nogil python install`, or by hand with " +
        `${everywhere}, or \`brew install python-freethreading\`, or python.org's installer ` +
        '("Customize", then "Free-threaded Python"); then name it with --python or NOGIL_PYTHON.'
      );
    case "win32":
      return (
        `Get a free-threaded Python with ${everywhere}, or \`py install 3.14t\`, or python.org's installer ` +
        '("Customize installation", then "Download free-threaded binaries"); ' +
        "then name it with --python or NOGIL_PYTHON."
      );
    default:
      return (
        "Get a free-threaded Python with `nogil python install`, or by hand with " +
        `${everywhere}, or \`pyenv install 3.14t\`, or from CPython's source with ` +
        "`./configure --disable-gil && make && make install`; then name it with --python or NOGIL_PYTHON."
      );
  }
}
