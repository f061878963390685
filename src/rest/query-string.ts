/** The query string as pairs, decoded as forms are: a plus is a blank. */

export type Pairs = readonly (readonly [name: string, value: string | undefined, ...unknown[]])[];

/** As they were sent. */
export function rawParts(url: string): string[] {
  const start = url.indexOf('?');
  if (start < 0) return [];
  return url
    .slice(start + 1)
    .split('&')
    .filter((part) => part !== '');
}

export function queryPairs(url: string): Pairs {
  return rawParts(url).map((part) => {
    const equals = part.indexOf('=');
    if (equals < 0) return [decode(part), undefined];
    return [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
  });
}

/** The same parameters always in the same form: sorted by name, encoded again. */
export function canonicalQuery(pairs: Pairs): string {
  const [only, another] = pairs;
  if (only && !another) return `${encode(only[0])}=${encode(only[1] ?? '')}`;
  return [...pairs]
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([name, value = '']) => `${encode(name)}=${encode(value)}`)
    .join('&');
}

/** What is no right percent-encoding stays as it is. */
export function decode(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return Buffer.from(
      spaced.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ).toString('utf8');
  }
}

function encode(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
