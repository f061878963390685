/** Cookies as HTTP writes them: the ones of ours out of a request, and lines for an answer. */
import { AppError } from '../errors.ts';

export interface CookieLine {
  readonly name: string;
  readonly value: string;
  readonly maxAgeSeconds: number;
  readonly secure: boolean;
}

/** Browsers drop what is longer, name included. */
const MAX_BYTES = 4096;

/** Those of the given names, and the header without them. A name that stands twice was set by somebody else as well. */
export function takeCookies(
  header: string,
  names: ReadonlySet<string>,
): { taken: ReadonlyMap<string, string>; rest: string } {
  const taken = new Map<string, string>();
  const rest: string[] = [];
  for (const pair of header.split(';')) {
    const end = pair.indexOf('=');
    const name = pair.slice(0, Math.max(end, 0)).trim();
    if (!names.has(name)) {
      rest.push(pair.trim());
      continue;
    }
    if (taken.has(name)) throw new AppError('invalid-headers', `the cookie ${name} is given more than once`);
    taken.set(name, pair.slice(end + 1).trim());
  }
  return { taken, rest: rest.filter((it) => it !== '').join('; ') };
}

/** For no script, and for no request that another site makes; for all addresses, as `__Host-` asks for. */
export function cookieLine({ name, value, maxAgeSeconds, secure }: CookieLine): string {
  if (name.length + value.length > MAX_BYTES)
    throw new AppError('session-too-large', `${name} would have more than ${MAX_BYTES} bytes`, {
      hint: 'Keep less in user_metadata and app_metadata, or add fewer claims.',
    });
  const attributes = `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return `${name}=${value}; ${attributes}`;
}
