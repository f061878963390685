/**
 * Whether a request comes from a page that may use the cookies of a session. Browsers say where a request comes from
 * (`Sec-Fetch-Site`, `Origin`) and no script can make them lie; of those that say nothing a header is asked that no form can send.
 */
import type { RequestHeaders } from './credentials.ts';

/** `untold`: nothing says where it comes from. */
export type Provenance = 'trusted' | 'foreign' | 'untold';

/** Custom, so that a page of another origin may send it only after a preflight, which never allows cookies to strangers. */
export const SESSION_HEADER = 'x-goforward-session';

/** `origins`: that of the server, and those that are listed. */
export function provenanceOf(headers: RequestHeaders, origins: ReadonlySet<string>): Provenance {
  const { origin, 'sec-fetch-site': site } = headers;
  if (typeof origin === 'string' && origins.has(origin)) return 'trusted';
  if (origin === 'null') return 'foreign';
  // The address bar (`none`) is nobody's page; the server's own pages are so under whatever name it is reached.
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'trusted' : 'foreign';
  if (origin !== undefined) return 'foreign';
  return headers[SESSION_HEADER] === undefined ? 'untold' : 'trusted';
}
