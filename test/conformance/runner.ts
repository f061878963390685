/** Hasura's cases: where the folder is, which of its cases only read, and how its runner is called. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Kind, OperationTypeNode, parse } from 'graphql';

interface Step {
  readonly sql?: unknown;
  readonly query?: string | null;
  readonly batch?: readonly { readonly query?: string }[] | null;
}

interface CaseFile {
  readonly suites: readonly {
    readonly schemas: readonly string[];
    readonly cases: readonly {
      readonly id: string;
      readonly applicability: string;
      readonly steps: readonly Step[];
    }[];
  }[];
}

export interface Suite {
  readonly directory: string;
  /** Every schema that any of its set-ups fills. */
  readonly schemas: readonly string[];
  /** The cases of kind `a` whose steps all read: no mutation, no SQL. */
  readonly readOnly: ReadonlySet<string>;
}

export interface Report {
  readonly cases: readonly { readonly id: string; readonly ok: boolean }[];
  readonly summary: { readonly passed: number; readonly failed: number };
}

export const isSuite = (directory: string): boolean =>
  existsSync(join(directory, 'cases.json')) && existsSync(join(directory, 'run.mjs'));

export async function readSuite(directory: string): Promise<Suite> {
  const { suites } = JSON.parse(await readFile(join(directory, 'cases.json'), 'utf8')) as CaseFile;
  const cases = suites.flatMap((suite) => suite.cases);
  const readOnly = cases.filter(
    ({ applicability, steps }) => applicability === 'a' && steps.every(onlyReads),
  );
  return {
    directory,
    schemas: [...new Set(suites.flatMap(({ schemas }) => schemas))],
    readOnly: new Set(readOnly.map(({ id }) => id)),
  };
}

function onlyReads({ sql, query, batch }: Step): boolean {
  if (sql) return false;
  const documents = batch ? batch.map((each) => each.query ?? '') : [query ?? ''];
  return documents.every((document) =>
    operations(document).every((kind) => kind === OperationTypeNode.QUERY),
  );
}

/** Some cases are wrong on purpose; a document that cannot be parsed changes nothing. */
function operations(document: string): OperationTypeNode[] {
  try {
    return parse(document, { noLocation: true }).definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? [definition.operation] : [],
    );
  } catch {
    return /\bmutation\b/.test(document) ? [OperationTypeNode.MUTATION] : [];
  }
}

/** Its lines go straight to the terminal; what counts is in the file behind --out. */
export async function runSuite(directory: string, args: readonly string[]): Promise<void> {
  const command = [join(directory, 'run.mjs'), '--cases', join(directory, 'cases.json'), ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'inherit', 'inherit'] });
  await once(child, 'exit');
}
