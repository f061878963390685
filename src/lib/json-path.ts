/** The `path` argument of JSON fields: `$.a.b[0]['any key']`. */

/** The steps as text; none for the whole value; undefined where the path cannot be read. */
export function parseJsonPath(path: string): string[] | undefined {
  const steps: string[] = [];
  const token = /\.?\[\s*(?:(\d+)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]|\.?([^.[\]'"\s]+)/y;
  let position = path.startsWith('$') ? 1 : 0;
  while (position < path.length) {
    token.lastIndex = position;
    const match = token.exec(path);
    if (!match) return undefined;
    // A name needs its dot, but for the very first.
    if (match[4] !== undefined && position > 0 && !match[0].startsWith('.')) return undefined;
    const quoted = match[2] ?? match[3];
    steps.push(match[1] ?? match[4] ?? quoted!.replaceAll(/\\(.)/g, '$1'));
    position = token.lastIndex;
  }
  return steps;
}
