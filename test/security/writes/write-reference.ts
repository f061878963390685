/**
 * The reference: does what a mutation asks by plain SQL, statement by statement as the caller, in one transaction that is rolled back. It
 * shares no code with the server, only the documented order: parents, rows, children; one statement per table and set of given columns.
 */
import type pg from 'pg';
import type { Json } from '../reference/evaluate.ts';
import { conditionSql } from '../reference/plain-sql.ts';
import type { CallerModel, ColumnModel, RelationshipModel } from '../reference/schema-model.ts';
import { columnOf } from '../reference/schema-model.ts';
import { sqlLiteral } from '../reference/values.ts';
import {
  type AnswerModel,
  type ChangeModel,
  type ConflictModel,
  isParent,
  type KeyModel,
  type MutationModel,
  type RowModel,
  type SetModel,
  type WriteRelationModel,
  type WriteRootModel,
  type WriteSchemaModel,
  writeRelationOf,
} from './write-model.ts';
import { Needs } from './write-needs.ts';
import { decoded, typedLiteral } from './write-values.ts';

export type Refusal =
  /** By grants on what the mutation names: the schema of the role must know. */
  { readonly kind: 'grants' } | { readonly kind: 'error'; readonly state: string; readonly message: string };

export type Outcome =
  | { readonly refusal: Refusal }
  | {
      readonly refusal: undefined;
      readonly data: { [key: string]: Json };
      readonly tables: Tables;
      readonly written: number;
    };

/** Rows of every table, as text, in a fixed order. */
export type Tables = Readonly<Record<string, readonly string[]>>;

/** PostgreSQL has no such error: a parent was swallowed whose key others need. */
export const PARENT_MISSING = 'parent missing';

type Values = Readonly<Record<string, string | null>>;
interface Link {
  /** Which statement wrote the other row. */
  readonly from: number;
  readonly values: readonly (readonly [own: string, value: string | null])[];
}
interface LinkedRow {
  readonly row: RowModel;
  readonly links: readonly Link[];
}
interface Written {
  readonly from: number;
  readonly values: Values;
}

export class WriteReference {
  readonly #client: pg.Client;
  readonly #schema: WriteSchemaModel;
  #statements = 0;
  #affected = 0;

  /** `client` is a superuser, who may take any role. */
  constructor(client: pg.Client, schema: WriteSchemaModel) {
    this.#client = client;
    this.#schema = schema;
  }

  /** `hasSchema`: what is not granted is refused by the schema of the role, before anything runs. */
  async perform({ caller, roots }: MutationModel, hasSchema = true): Promise<Outcome> {
    await this.#client.query('begin');
    try {
      await this.#become(caller);
      const { checks } = new Needs(this.#schema, roots);
      if (hasSchema && (await this.#isDenied(checks))) return { refusal: { kind: 'grants' } };
      const data: { [key: string]: Json } = {};
      let written = 0;
      for (const [index, root] of roots.entries()) {
        this.#affected = 0;
        data[`root${index}`] = await this.#root(root);
        written += this.#affected;
      }
      await this.#client.query('set constraints all immediate; reset role');
      return { refusal: undefined, data, tables: await this.tables(), written };
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code === undefined) throw error;
      return { refusal: { kind: 'error', state: code, message } };
    } finally {
      await this.#client.query('rollback');
    }
  }

  async tables(): Promise<Tables> {
    const names = this.#schema.relations.filter(({ kind }) => kind === 'table').map(({ name }) => name);
    const parts = names.map((name) => `array(select t::text from public.${name} t order by 1)`);
    const { rows } = await this.#client.query({ text: `select ${parts.join(', ')}`, rowMode: 'array' });
    return Object.fromEntries(names.map((name, at) => [name, (rows[0] as string[][])[at]!]));
  }

  async #become({ role, claims }: CallerModel): Promise<void> {
    await this.#client.query(`set local role ${role}`);
    await this.#client.query("select set_config('request.jwt.claims', $1, true)", [
      JSON.stringify({ ...claims, role }),
    ]);
    await this.#client.query("set local search_path = public; set local timezone = 'UTC'");
  }

  async #isDenied(checks: readonly string[]): Promise<boolean> {
    const [row] = await this.#query(`select ${checks.join(' and ')}`);
    return row?.[0] !== 't';
  }

  async #root(root: WriteRootModel): Promise<Json> {
    const { relation, answer } = root;
    switch (root.kind) {
      case 'insert': {
        const rows = root.rows.map((row): LinkedRow => ({ row, links: [] }));
        const written = await this.#level(relation, rows, returnedBy(answer), root.conflict, []);
        return this.#answer(
          relation,
          answer,
          written.map(({ values }) => values),
        );
      }
      case 'update':
        return this.#change(relation, root.change, answer);
      case 'update many': {
        const answers: Json[] = [];
        for (const change of root.changes) {
          this.#affected = 0;
          answers.push(await this.#change(relation, change, answer));
        }
        return answers;
      }
      case 'delete': {
        const text = `delete from public.${relation.name} t where ${conditionOf(root.key, root)}`;
        return this.#answer(relation, answer, await this.#write(text, returnedBy(answer)));
      }
    }
  }

  async #change(relation: WriteRelationModel, change: ChangeModel, answer: AnswerModel): Promise<Json> {
    if (change.set.length === 0) return this.#answer(relation, answer, []);
    const set = change.set.map(setSql).join(', ');
    const text = `update public.${relation.name} t set ${set} where ${conditionOf(change.key, change)}`;
    return this.#answer(relation, answer, await this.#write(text, returnedBy(answer)));
  }

  /** Parents first, then the rows, then their children. The rows, in the order given, as far as they were written. */
  async #level(
    relation: WriteRelationModel,
    rows: readonly LinkedRow[],
    returned: readonly string[],
    conflict: ConflictModel | undefined,
    wanted: readonly string[],
  ): Promise<Written[]> {
    const links = rows.map((one) => [...one.links]);
    for (const group of groupsOf(rows, true)) {
      const { relationship } = group[0]!;
      const target = writeRelationOf(this.#schema, relationship.target);
      const theirs = relationship.pairs.map(([, their]) => their);
      const parents = group.map(({ rows: [row] }): LinkedRow => ({ row: row!, links: [] }));
      const written = await this.#level(target, parents, [], undefined, theirs);
      group.forEach(({ index }, at) => {
        links[index]!.push(linkOf(written[at]!, relationship.pairs));
      });
    }
    const children = groupsOf(rows, false);
    const copied = children.flatMap((group) => group[0]!.relationship.pairs.map(([ours]) => ours));
    const own = rows.map(({ row }, index): LinkedRow => ({ row, links: links[index]! }));
    const written = await this.#groups(relation, own, returned, conflict, [...wanted, ...copied]);
    for (const group of children) {
      const { relationship } = group[0]!;
      const target = writeRelationOf(this.#schema, relationship.target);
      const reversed = relationship.pairs.map(([ours, theirs]) => [theirs, ours] as const);
      const linked = group.flatMap(({ index, rows: inner }) =>
        inner.map((row): LinkedRow => ({ row, links: [linkOf(written[index]!, reversed)] })),
      );
      await this.#level(target, linked, [], undefined, []);
    }
    return written;
  }

  async #groups(
    relation: WriteRelationModel,
    rows: readonly LinkedRow[],
    returned: readonly string[],
    conflict: ConflictModel | undefined,
    wanted: readonly string[],
  ): Promise<Written[]> {
    const groups = new Map<string, number[]>();
    rows.forEach(({ row, links }, index) => {
      const columns = row.values.map(([{ name }]) => name).sort();
      const sources = links.map(({ from, values }) => `${from}:${values.map(([own]) => own)}`);
      const signature = `${columns}|${sources}`;
      groups.set(signature, [...(groups.get(signature) ?? []), index]);
    });
    const result: Written[] = [];
    for (const indexes of groups.values()) {
      const from = ++this.#statements;
      const text = insertSql(
        relation,
        indexes.map((index) => rows[index]!),
        conflict,
      );
      const list = [...new Set([...returned, ...wanted])];
      const written = await this.#write(text, list);
      if (wanted.length > 0 && written.length < indexes.length)
        throw Object.assign(new Error('a parent was swallowed'), { code: PARENT_MISSING });
      written.forEach((values, at) => {
        result[indexes[at]!] = { from, values };
      });
    }
    return result.filter((one) => one !== undefined);
  }

  /** Runs a statement and counts its rows; without a list it returns none. */
  async #write(text: string, list: readonly string[]): Promise<Values[]> {
    if (list.length === 0) {
      const { rowCount } = await this.#client.query(text);
      this.#affected += rowCount ?? 0;
      return Array.from({ length: rowCount ?? 0 }, () => ({}));
    }
    const rows = await this.#query(`${text} returning ${list.map((name) => `t.${name}`).join(', ')}`);
    this.#affected += rows.length;
    return rows.map((row) => Object.fromEntries(list.map((name, at) => [name, row[at] ?? null])));
  }

  async #answer(
    relation: WriteRelationModel,
    { isRow, fields }: AnswerModel,
    rows: readonly Values[],
  ): Promise<Json> {
    const affected = this.#affected;
    const answers: Json[] = [];
    // Related rows are asked for even where no row was written; PostgreSQL may refuse that in a policy.
    for (const field of rows.length === 0 ? (fields ?? []) : []) {
      if (field.kind === 'column') continue;
      const list = field.kind === 'count' ? '1' : field.columns.map(({ name }) => `t.${name}`).join(', ');
      await this.#query(`select ${list} from public.${field.relationship.target} t limit 0`);
    }
    for (const row of fields ? rows : []) {
      const one: { [key: string]: Json } = {};
      for (const field of fields!) {
        one[field.alias] =
          field.kind === 'column'
            ? decoded(row[field.column.name] ?? null, field.column.type)
            : await this.#related(relation, field.relationship, field.columns, field.kind === 'count', row);
      }
      answers.push(one);
    }
    if (isRow) return answers[0] ?? null;
    return { affected_rows: affected, ...(fields ? { returning: answers } : {}) };
  }

  async #related(
    relation: WriteRelationModel,
    { kind, target, pairs }: RelationshipModel,
    columns: readonly ColumnModel[],
    isCount: boolean,
    row: Values,
  ): Promise<Json> {
    const condition = pairs.map(([ours, theirs]) => {
      const { type } = columnOf(relation, ours);
      return `t.${theirs} = ${typedLiteral(type, row[ours] ?? null)}`;
    });
    const list = isCount ? 'count(*)' : columns.map(({ name }) => `t.${name}`).join(', ');
    const found = await this.#query(
      `select ${list} from public.${target} t where ${condition.join(' and ')}`,
    );
    if (isCount) return { aggregate: { count: Number(found[0]?.[0]) } };
    const rows = found.map((values) =>
      Object.fromEntries(columns.map(({ name, type }, at) => [name, decoded(values[at] ?? null, type)])),
    );
    return kind === 'array' ? rows : (rows[0] ?? null);
  }

  /** All columns as PostgreSQL prints them. */
  async #query(text: string): Promise<(string | null)[][]> {
    const types = { getTypeParser: () => (value: string) => value };
    const { rows } = await this.#client.query({ text, rowMode: 'array', types } as pg.QueryArrayConfig);
    return rows as (string | null)[][];
  }
}

function linkOf({ from, values }: Written, pairs: RelationshipModel['pairs']): Link {
  return { from, values: pairs.map(([own, other]) => [own, values[other] ?? null] as const) };
}

/** Nested rows by relationship; within a row by the relationship's name. */
function groupsOf(rows: readonly LinkedRow[], parents: boolean) {
  const groups = new Map<
    RelationshipModel,
    { index: number; relationship: RelationshipModel; rows: readonly RowModel[] }[]
  >();
  rows.forEach(({ row }, index) => {
    const own = [...row.nested].sort((a, b) => (a.relationship.name < b.relationship.name ? -1 : 1));
    for (const { relationship, rows: inner } of own)
      if (isParent(relationship) === parents)
        groups.set(relationship, [...(groups.get(relationship) ?? []), { index, relationship, rows: inner }]);
  });
  return [...groups.values()];
}

function insertSql(
  relation: WriteRelationModel,
  rows: readonly LinkedRow[],
  conflict: ConflictModel | undefined,
): string {
  const cells = rows.map(({ row, links }) => [
    ...row.values.map(([{ name, type }, value]) => [name, typedLiteral(type, value)] as const),
    ...links.flatMap(({ values }) =>
      values.map(([name, value]) => [name, typedLiteral(columnOf(relation, name).type, value)] as const),
    ),
  ]);
  const names = cells[0]!.map(([name]) => name);
  const list = cells.map(
    (row) => `(${names.map((name) => row.find(([own]) => own === name)![1]).join(', ')})`,
  );
  const source =
    names.length === 0
      ? `select from generate_series(1, ${rows.length})`
      : `(${names.join(', ')}) values ${list.join(', ')}`;
  return `insert into public.${relation.name} as t ${source}${conflict ? conflictSql(conflict) : ''}`;
}

function conflictSql({ constraint, update, where }: ConflictModel): string {
  const target = ` on conflict on constraint ${constraint.name}`;
  if (update.length === 0) return `${target} do nothing`;
  const set = update.map(({ name }) => `${name} = excluded.${name}`).join(', ');
  return `${target} do update set ${set}${where ? ` where ${conditionSql(where, 't')}` : ''}`;
}

function conditionOf(key: KeyModel | undefined, { where }: Pick<ChangeModel, 'where'>): string {
  if (!key) return conditionSql(where, 't');
  return Object.entries(key)
    .map(([name, value]) => `t.${name} = ${sqlLiteral(value)}`)
    .join(' and ');
}

function setSql({ operator, column: { name, type }, value }: SetModel): string {
  const given = typedLiteral(type, value);
  switch (operator) {
    case '_set':
      return `${name} = ${given}`;
    case '_inc':
      return `${name} = t.${name} + ${given}`;
    case '_append':
      return `${name} = t.${name} || ${given}`;
    case '_prepend':
      return `${name} = ${given} || t.${name}`;
    case '_delete_key':
      return `${name} = t.${name} - ${sqlLiteral(value)}::text`;
    case '_delete_elem':
      return `${name} = t.${name} - ${sqlLiteral(value)}::int`;
    case '_delete_at_path':
      return `${name} = t.${name} #- array[${(value as string[]).map(sqlLiteral).join(', ')}]`;
  }
}

/** Columns that an answer is made of: those shown, and those that tie related rows to it. */
function returnedBy({ fields = [] }: AnswerModel): string[] {
  const names = fields.flatMap((field) =>
    field.kind === 'column' ? [field.column.name] : field.relationship.pairs.map(([ours]) => ours),
  );
  return [...new Set(names)];
}
