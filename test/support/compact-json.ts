/** JSON for people: what fits stands on one line, numbers stay as they were read. */

const WIDTH = 110;

export function compactJson(value: unknown, indent = '', room = WIDTH): string {
  const line = spaced(value);
  if (line.length <= room || typeof value !== 'object' || value === null) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((one) => inner + compactJson(one, inner, WIDTH - inner.length));
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).map(([key, one]) => {
    const head = `${inner}${JSON.stringify(key)}: `;
    return head + compactJson(one, inner, WIDTH - head.length);
  });
  return entries.length === 0 ? line : `{\n${entries.join(',\n')}\n${indent}}`;
}

/** One line, with a blank after each comma and colon. */
function spaced(value: unknown): string {
  if (typeof value !== 'object' || value === null || isNumber(value)) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries.map(([key, one]) => ` ${JSON.stringify(key)}: ${spaced(one)}`).join(',')}${entries.length === 0 ? '' : ' '}}`;
}

/** A number that a double cannot hold (JSON.rawJSON). */
function isNumber(value: object): boolean {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);
}
