/** The `Warning` header: what works for the sake of old clients, and how to say it instead. */
import type { TreeNode } from './lower/tree.ts';

/** Undefined where there is nothing to warn of. */
export function warningOf(tree: TreeNode): string | undefined {
  const warnings = tree.children.flatMap(warningsOf);
  return warnings.length === 0 ? undefined : warnings.join(', ');
}

function warningsOf({ select, namedByRelation, children }: TreeNode): string[] {
  const below = children.flatMap(warningsOf);
  if (!namedByRelation || select?.alias === undefined || !isHeaderSafe(select.name + select.alias))
    return below;
  const text = `Embedded resource was referenced by relation name even though it has an alias. This is deprecated and will stop working in a future release. Update \`${select.name}\` to \`${select.alias}\` in query string filters, orders or limits.`;
  return [`299 PostgRESTv14-compatible "${text}"`, ...below];
}

/** Names may hold what a header may not: then nothing is said. */
function isHeaderSafe(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text) && !text.includes('"') && !text.includes('\\');
}
