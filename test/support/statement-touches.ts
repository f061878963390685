/** What a statement touches, by PostgreSQL's own parser: tables it reads, tables it writes, functions it calls. */
import { parse } from 'libpg-query';
import type { Touch } from '../../src/caller-scope.ts';

interface RangeVar {
  readonly schemaname?: string;
  readonly relname?: string;
}

interface Target {
  readonly relation: RangeVar;
  readonly onConflictClause?: { readonly action?: string };
}

const SYSTEM = 'pg_catalog';
const WRITES = { InsertStmt: 'insert', UpdateStmt: 'update', DeleteStmt: 'delete' } as const;

/** What has no schema in its name is a WITH query, or syntax; what has that of the system is PostgreSQL's own. */
export async function touchesOfStatement(text: string): Promise<Touch[]> {
  const found: Touch[] = [];
  const table = (verb: Touch['verb'], { schemaname, relname }: RangeVar) => {
    if (schemaname !== undefined && schemaname !== SYSTEM)
      found.push({ verb, schema: schemaname, name: relname ?? '' });
  };
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [kind, value] of Object.entries(node)) {
      if (kind === 'RangeVar') table('select', value as RangeVar);
      if (kind === 'FuncCall') call((value as { funcname: { String: { sval: string } }[] }).funcname);
      if (kind in WRITES) {
        const { relation, onConflictClause } = value as Target;
        table(WRITES[kind as keyof typeof WRITES], relation);
        if (onConflictClause?.action === 'ONCONFLICT_UPDATE') table('update', relation);
      }
      visit(value);
    }
  };
  const call = (path: readonly { String: { sval: string } }[]) => {
    const [schema, name] = path.map((part) => part.String.sval);
    if (schema !== undefined && schema !== SYSTEM && name !== undefined)
      found.push({ verb: 'execute', schema, name });
  };
  visit(await parse(text));
  return found;
}
