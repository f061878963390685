/**
 * WritePlan → the statements of a batch and how their results become the answer.
 * A write whose answer holds relations is a write, then a read by the keys that it returned: one statement alone would see the
 * old snapshot. Keys travel between the statements in transaction-local settings.
 */
import { join, render, type Sql, sql } from '../../database/sql.ts';
import { invariant } from '../../errors.ts';
import type { Catalog, Column, Table } from '../catalog/catalog.ts';
import type { Source, Value } from '../plan/expression.ts';
import { readsOtherRows } from '../plan/inspect.ts';
import type { ObjectShape, ReadPlan } from '../plan/plan.ts';
import type { InsertLevel, InsertRow, MutationPlan, WriteAnswer, WritePlan } from '../plan/write.ts';
import { Aliases } from './aliases.ts';
import { callExpression, compilationOf, type Statement } from './compile.ts';
import { insertStatements } from './insert.ts';
import { modify } from './modify.ts';
import { whereClause } from './predicate.ts';
import { type Compilation, pairs, readExpression, shapeItems } from './read.ts';
import { sourceRow } from './row.ts';
import { recordQuery } from './shape.ts';
import { fromItem, sourceCondition } from './source.ts';
import { carried, stashSql } from './stash.ts';

type Fragment = Sql<Value>;

/** First row of each statement: how many rows it wrote, and JSON text of what it answers; both may be null. */
export type WriteResult = readonly (string | null)[];

export interface WriteStatement extends Statement {
  /** JSONPath of what it writes. */
  readonly path: string | undefined;
}

export interface CompiledMutation {
  readonly statements: readonly WriteStatement[];
  /** JSON text per response key, in order. */
  readonly answers: readonly (readonly [key: string, text: (results: readonly WriteResult[]) => string])[];
}

export type Render = (results: readonly WriteResult[]) => string;

export function compileMutation(plan: MutationPlan, catalog: Catalog, maxRows: number): CompiledMutation {
  const batch = new WriteBatch(catalog, maxRows);
  const answers = plan.map(([key, write]) => {
    batch.path = write.kind === 'insert' ? write.path : undefined;
    return [key, compileWrite(write, batch)] as const;
  });
  return { statements: batch.statements, answers };
}

/** The statements so far, and names for what travels between them. */
export class WriteBatch {
  readonly statements: WriteStatement[] = [];
  /** Of the root field that is compiled now. */
  path: string | undefined;
  readonly catalog: Catalog;
  readonly maxRows: number;
  #stashes = 0;

  constructor(catalog: Catalog, maxRows: number) {
    this.catalog = catalog;
    this.maxRows = maxRows;
  }

  compilation(): Compilation {
    return compilationOf(this.catalog, new Aliases(), this.maxRows);
  }

  /** Adds a statement; the number says which of the results is its. `path`: of what it writes in the request. */
  add(statement: Fragment, path = this.path): number {
    return this.statements.push({ ...render(statement), path }) - 1;
  }

  /** What is added by `write` stands at this path of the request. */
  within(path: string, write: () => void): void {
    const outer = this.path;
    this.path = path;
    write();
    this.path = outer;
  }

  nextStash(): string {
    this.#stashes += 1;
    return `goforward.s${this.#stashes}`;
  }
}

function compileWrite(plan: WritePlan, batch: WriteBatch): Render {
  switch (plan.kind) {
    case 'literal':
      return () => JSON.stringify(plan.text);
    case 'read':
      return callForRows(plan, batch);
    case 'call': {
      const index = batch.add(
        sql<Value>`select null, to_json(${callExpression(plan, batch.compilation())})::text`,
      );
      return (results) => results[index]?.[1] ?? 'null';
    }
    case 'updates': {
      const updates = plan.updates.map((update) => compileWrite(update, batch));
      return (results) => `[${updates.map((one) => one(results)).join(',')}]`;
    }
    case 'insert': {
      const returned = returnedBy(plan.answer, plan.level.table, plan.readable, batch, {
        mayBeFlat: isUniform(plan.level),
      });
      const indexes = insertStatements(plan.level, returned, batch);
      return answerOf(plan.answer, indexes, returned.read(batch));
    }
    case 'update':
    case 'delete':
      return modify(plan, batch);
  }
}

/** A volatile function. What its rows are related to is read after it ran: one statement would see the state before. */
function callForRows(plan: ReadPlan, batch: WriteBatch): Render {
  const isAlone = plan.source.kind !== 'routine' || !readsOtherRows(plan);
  const read = isAlone ? plan : { ...plan, ...keepRows(plan, batch) };
  const index = batch.add(
    sql<Value>`select null, to_json(${readExpression(read, undefined, batch.compilation())})::text`,
  );
  return (results) => results[index]?.[1] ?? 'null';
}

/** Runs the function alone, and keeps its rows. */
function keepRows({ source, limit, take }: ReadPlan, batch: WriteBatch): Pick<ReadPlan, 'source' | 'limit'> {
  const { table } = source;
  const { aliases } = batch.compilation();
  const alias = aliases.next();
  const row = sourceRow(table, alias);
  const name = batch.nextStash();
  const columns = join(table.columns.map((column) => carried(column, row)));
  const where = whereClause(sourceCondition(source, row, alias));
  batch.add(
    sql<Value>`with w as (select ${columns} from ${fromItem(source, alias, undefined)}${where}) select null, ${stashSql(name)} from w`,
  );
  // Rows that were written have no limit of their own; those of a function are a list like any other.
  return {
    source: { kind: 'written rows', table, stash: name },
    limit: limit ?? (take === 'many' ? batch.maxRows : undefined),
  };
}

/** All rows give the same columns, and so do the rows that they point to: one statement writes them. */
function isUniform({ rows }: InsertLevel): boolean {
  const numbers = new Map<object, number>();
  const numberOf = (part: object | undefined) => {
    if (part && !numbers.has(part)) numbers.set(part, numbers.size);
    return part && numbers.get(part);
  };
  const signature = ({ values, before }: InsertRow): string => {
    const parents = before.map(
      ({ relationship, level }) =>
        `${numberOf(relationship)},${numberOf(level.conflict)}(${level.rows.map(signature)})`,
    );
    return `${values.map(([column]) => column.number).sort()}|${parents}`;
  };
  return new Set(rows.map(signature)).size <= 1;
}

/** What a writing statement returns, and what is read after it. */
export interface Returned {
  /** The RETURNING list. A constant where nothing is asked: then no right to select is needed. */
  list(row: { column(column: Column): Sql }): Fragment;
  /** The second column of the statement over its rows `w`: the answer's JSON, or the setting that the next one reads. */
  summary(): Fragment;
  /** Adds the statement that reads what was written, where one is needed; the results that hold the rows' JSON. */
  read(batch: WriteBatch): readonly number[] | 'own';
  /** Columns that must be among the returned ones. */
  readonly stash: string | undefined;
  readonly columns: readonly Column[];
}

export function returnedBy(
  answer: WriteAnswer,
  table: Table,
  readable: readonly Column[],
  batch: WriteBatch,
  { isGone = false, mayBeFlat = true }: { isGone?: boolean; mayBeFlat?: boolean },
): Returned {
  const shape = shapeOf(answer);
  if (!shape) return { ...NOTHING, read: () => [] };
  const compilation = batch.compilation();
  const isFlat = shape.entries.every(([, entry]) => entry.kind === 'column' || entry.kind === 'literal');
  if (isFlat && mayBeFlat) return flat(shape, table, answer.kind === 'row', compilation);
  const key = table.primaryKey?.columns;
  const byKey = !isGone && key?.every((column) => readable.includes(column)) ? key : undefined;
  const stash = batch.nextStash();
  const columns = byKey ?? readable;
  const source: Source = byKey
    ? { kind: 'written keys', table, stash, key: byKey }
    : { kind: 'written rows', table, stash };
  return {
    stash,
    columns,
    list: (row) => join(columns.map((column) => carried(column, row))),
    summary: () => stashSql(stash),
    read: (target) => {
      const read: ReadPlan = {
        kind: 'read',
        source,
        where: undefined,
        distinct: [],
        order: [],
        limit: undefined,
        offset: undefined,
        shape,
        take: answer.kind === 'row' ? 'maybe' : 'many',
      };
      return [
        target.add(
          sql<Value>`select null, to_json(${readExpression(read, undefined, target.compilation())})::text`,
        ),
      ];
    },
  };
}

const NOTHING = { stash: undefined, columns: [], list: () => sql`1`, summary: () => sql`null` };

/** Own columns alone: the writing statement answers by itself. */
function flat(shape: ObjectShape, table: Table, one: boolean, compilation: Compilation): Returned {
  const row = sourceRow(table, 'w');
  const columns = [
    ...new Set(shape.entries.flatMap(([, entry]) => (entry.kind === 'column' ? [entry.column] : []))),
  ];
  return {
    stash: undefined,
    columns,
    list: (from) => (columns.length === 0 ? sql`1` : join(columns.map((column) => from.column(column)))),
    summary: () => {
      const { items } = shapeItems(shape.entries, row, compilation, false);
      const record = recordQuery(pairs(items), compilation.serverVersion);
      const rows = sql<Value>`select ${record.value('y')} from (select ${record.list} from w) y`;
      return one ? sql<Value>`to_json((${rows}))::text` : sql<Value>`to_json(array(${rows}))::text`;
    },
    read: () => 'own',
  };
}

function shapeOf(answer: WriteAnswer): ObjectShape | undefined {
  if (answer.kind === 'row') return answer.shape;
  const shapes = answer.entries.flatMap(([, entry]) => (entry.kind === 'returning' ? [entry.shape] : []));
  // `returning` under several names: one read of all keys would have to be split again, so names are made apart.
  invariant(shapes.length <= 1, 'one returning per answer');
  return shapes[0];
}

/** `written`: results whose counts add up; `reads`: results with the rows. */
export function answerOf(
  answer: WriteAnswer,
  written: readonly number[],
  reads: readonly number[] | 'own',
): Render {
  const rowsIn = reads === 'own' ? written : reads;
  const texts = (results: readonly WriteResult[]) =>
    rowsIn.flatMap((index) => (results[index]?.[1] == null ? [] : [results[index][1] as string]));
  if (answer.kind === 'row') return (results) => texts(results)[0] ?? 'null';
  return (results) => {
    const members = answer.entries.map(([key, entry]) => {
      if (entry.kind === 'literal') return `${JSON.stringify(key)}:${JSON.stringify(entry.text)}`;
      if (entry.kind === 'affected')
        return `${JSON.stringify(key)}:${written.reduce((sum, index) => sum + Number(results[index]?.[0] ?? 0), 0)}`;
      return `${JSON.stringify(key)}:${concatenated(texts(results))}`;
    });
    return `{${members.join(',')}}`;
  };
}

/** Several JSON lists as one. */
function concatenated(lists: readonly string[]): string {
  return `[${lists
    .map((list) => list.slice(1, -1))
    .filter((list) => list !== '')
    .join(',')}]`;
}
