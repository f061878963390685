/** Scopes of API keys as they are given and kept: what is wrong with them is told when the key is made, not when it is used. */
import { z } from 'zod';
import { SCOPE_NAME, SCOPE_VERBS, type ScopeEntry } from '../../caller-scope.ts';
import type { Prisma } from '../../generated/prisma/client.ts';
import { invalid } from '../errors.ts';
import { unknownNames } from '../store/api-keys.ts';
import type { AuthContext } from './context.ts';

const MAX_ENTRIES = 100;
const MAX_NAMES = 500;

const names = z
  .array(z.string().regex(SCOPE_NAME, 'must be written as schema.name or schema.*'))
  .max(MAX_NAMES)
  .nullish()
  .transform((it) => it ?? []);

const scopesSchema = z
  .array(
    z.strictObject({
      tables: names,
      verbs: z
        .array(z.enum(SCOPE_VERBS))
        .nullish()
        .transform((it) => it ?? []),
      functions: names,
    }),
  )
  .min(1, 'must name something, or be left out')
  .max(MAX_ENTRIES);

/** The same for administrators, who are told of names that do not exist. */
export async function readKnownScopes(
  auth: Pick<AuthContext, 'database'>,
  given: unknown,
): Promise<ScopeEntry[] | null> {
  const scopes = readScopes(given);
  const [unknown] = await unknownNames(auth.database, {
    tables: scopes?.flatMap(({ tables = [] }) => tables) ?? [],
    functions: scopes?.flatMap(({ functions = [] }) => functions) ?? [],
  });
  if (unknown !== undefined) throw invalid(`scopes: there is no ${unknown}`);
  return scopes;
}

/** Null: all that the role may. What is in the database is nobody's to find out here. */
export function readScopes(given: unknown): ScopeEntry[] | null {
  if (given === undefined || given === null) return null;
  const parsed = scopesSchema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${['scopes', ...(issue?.path ?? [])].join('.')}: ${issue?.message}`);
  }
  for (const { tables, verbs, functions } of parsed.data) {
    if ((tables.length === 0) !== (verbs.length === 0))
      throw invalid('scopes: tables and verbs are given together');
    if (tables.length === 0 && functions.length === 0) throw invalid('scopes: an entry names nothing');
  }
  return parsed.data;
}

/** What the database keeps was checked when the key was made. */
export function keptScopes(kept: Prisma.JsonValue): readonly ScopeEntry[] | undefined {
  return kept === null ? undefined : (kept as unknown as ScopeEntry[]);
}
