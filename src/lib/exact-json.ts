/** JSON that keeps numbers which a double cannot hold: they become JSON.rawJSON values and print as they were read. */

interface RawJson {
  rawJSON(text: string): unknown;
}

export function parseExact(text: string): unknown {
  const parse = JSON.parse as (
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ) => unknown;
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? (JSON as unknown as RawJson).rawJSON(source)
      : value,
  );
}

/** Exact only where the text has numbers long enough to need it: reviving every value costs several times as much. */
export function parseRequestJson(text: string): unknown {
  return /\d{16}|\d\.\d{15}|\d[eE][+-]?\d{3}/.test(text) ? parseExact(text) : JSON.parse(text);
}
