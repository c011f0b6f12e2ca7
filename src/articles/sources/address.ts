/** Addresses in one form, so that one page is one item whoever links to it. */
const TRACKING = /^(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref|ref_src|source|cmpid|_hs\w+)$/i;

/** The normalised form of a web address; undefined for anything else. */
export function normalizeAddress(text: string, base?: string): string | undefined {
  if (!URL.canParse(text, base)) return undefined;
  const url = new URL(text, base);
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  url.hash = "";
  url.username = "";
  url.password = "";
  for (const name of [...url.searchParams.keys()]) if (TRACKING.test(name)) url.searchParams.delete(name);
  url.searchParams.sort();
  url.hostname = url.hostname.replace(/^(?:www|m|amp)\.(?=[^.]+\.)/, "");
  if (url.pathname.length > 1) url.pathname = url.pathname.replace(/\/(?:index\.html?)?$/, "") || "/";
  return url.href;
}
