/** What a statement says, by PostgreSQL's own parser: its tree, with the names of a shop replaced by words, without positions. */
import { parse } from 'libpg-query';

export type Tree = unknown;

const POSITIONS = new Set(['location', 'stmt_location', 'stmt_len']);

export async function shapeOf(text: string, names: ReadonlyMap<string, string>): Promise<Tree> {
  return simplified(await parse(text), names);
}

function simplified(tree: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof tree === 'string')
    return (names.get(tree) ?? withoutQuotedNames(tree, names)).replace(/^shop\d+/, 'shop');
  if (Array.isArray(tree)) return tree.map((one) => simplified(one, names));
  if (typeof tree !== 'object' || tree === null) return tree;
  const entries = Object.entries(tree).flatMap(([key, value]): [string, unknown][] => {
    if (POSITIONS.has(key)) return [];
    const simple = simplified(value, names);
    // The name of an operator, which a column may have as well, is none of the names in question.
    return [[key, key === 'A_Expr' ? { ...(simple as object), name: value.name } : simple]];
  });
  return Object.fromEntries(entries);
}

/** A message of ours that quotes a name. */
function withoutQuotedNames(text: string, names: ReadonlyMap<string, string>): string {
  let replaced = text;
  for (const [name, word] of names) replaced = replaced.replace(`"${name}"`, () => `"${word}"`);
  return replaced;
}
