/** JSON for people: what fits stands on one line, numbers stay as they were read. */

const WIDTH = 110;

export function compactJson(value: unknown, indent = ''): string {
  const line = JSON.stringify(value) ?? 'null';
  if (indent.length + line.length <= WIDTH || typeof value !== 'object' || value === null) return spaced(value);
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return `[\n${value.map((one) => inner + compactJson(one, inner)).join(',\n')}\n${indent}]`;
  const entries = Object.entries(value).map(
    ([key, one]) => `${inner}${JSON.stringify(key)}: ${compactJson(one, inner)}`,
  );
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
