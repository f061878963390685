/**
 * The reference: answers a question by plain SQL, run step by step as the caller. Naive on purpose: one SELECT per level and
 * parent row, no joins, no JSON in SQL. It shares no code with the server.
 */
import type pg from 'pg';
import { columnNamesOf, conditionSql, orderSql } from './plain-sql.ts';
import type {
  AggregateModel,
  ArgsModel,
  FieldModel,
  QueryModel,
  RootModel,
  SourceModel,
} from './query-model.ts';
import type { CallerModel, ColumnType, RelationModel, SchemaModel } from './schema-model.ts';
import { columnOf, relationOf } from './schema-model.ts';
import { Touched } from './touched.ts';
import { sqlLiteral } from './values.ts';

/**
 * What the caller gets: the data; or a refusal (SQLSTATE 42501), either by the grants on what the question names, or later,
 * by something that a policy, a view or a function reads in its turn.
 */
export type Answer =
  | { readonly refused: 'by grants' | 'later' }
  | { readonly refused: undefined; readonly data: Json };
export type Json = null | string | number | boolean | Json[] | { [key: string]: Json };

const NO_ARGS: ArgsModel = {
  where: undefined,
  order: [],
  distinct: [],
  limit: undefined,
  offset: undefined,
  total: false,
};

export class Reference {
  readonly #client: pg.Client;
  readonly #schema: SchemaModel;

  /** `client` is a superuser, who may take any role. */
  constructor(client: pg.Client, schema: SchemaModel) {
    this.#client = client;
    this.#schema = schema;
  }

  /** `byGrants` false: as PostgreSQL answers where it meets a right that is missing only if it has a row to use it on. */
  ask({ caller, roots }: QueryModel, byGrants = true): Promise<Answer> {
    return this.#as(caller, async (): Promise<Answer> => {
      if (byGrants && !(await this.#isGranted(roots))) return { refused: 'by grants' };
      const data: Json = {};
      for (const [index, root] of roots.entries()) data[`root${index}`] = await this.#root(root);
      return { refused: undefined, data };
    });
  }

  /**
   * Whether something that the question names is refused later than by grants, if it is asked for by itself. PostgreSQL may
   * overlook that where no row is reached, and may see it before it knows: both are right.
   */
  async mayBeRefusedLater({ caller, roots }: QueryModel): Promise<boolean> {
    const { columns, routines } = new Touched(this.#schema, roots);
    const probes = [
      ...[...columns].map(([relation, names]) => selectNothing(relation, names)),
      ...[...routines].map((signature) => callOnNothing(signature)),
    ];
    for (const probe of probes) {
      const { refused } = await this.#as(caller, async (): Promise<Answer> => {
        await this.#query(probe);
        return { refused: undefined, data: null };
      });
      if (refused) return true;
    }
    return false;
  }

  async #as(caller: CallerModel, ask: () => Promise<Answer>): Promise<Answer> {
    await this.#client.query('begin read only');
    try {
      await this.#become(caller);
      return await ask();
    } catch (error) {
      if ((error as { code?: string }).code === '42501') return { refused: 'later' };
      throw error;
    } finally {
      await this.#client.query('rollback');
    }
  }

  /**
   * PostgreSQL's own word on every column and function that the question names: the statements alone do not tell, since the
   * planner drops what can bring no row before it looks at the rights.
   */
  async #isGranted(roots: readonly RootModel[]): Promise<boolean> {
    const { columns, routines } = new Touched(this.#schema, roots);
    const checks = ["has_schema_privilege('public', 'usage')"];
    for (const [{ name }, names] of columns) {
      checks.push(`has_any_column_privilege('public.${name}', 'select')`);
      for (const column of names)
        checks.push(`has_column_privilege('public.${name}', '${column}', 'select')`);
    }
    for (const signature of routines) checks.push(`has_function_privilege('${signature}', 'execute')`);
    // Without usage of the schema its names cannot be resolved, not even to ask about them.
    const [usage] = await this.#query(`select ${checks.shift()}`);
    if (usage?.[0] !== 't') return false;
    const [row] = await this.#query(`select ${checks.join(' and ')}`);
    const granted = row?.[0] === 't';
    if (granted || routines.size > 0) return granted;
    if (await this.#plainSqlIsRefused(columns)) return false;
    throw new Error('PostgreSQL denies a right and grants the statement');
  }

  async #plainSqlIsRefused(columns: Touched['columns']): Promise<boolean> {
    await this.#client.query('savepoint probe');
    try {
      for (const [relation, names] of columns) await this.#query(selectNothing(relation, names));
      return false;
    } catch (error) {
      return (error as { code?: string }).code === '42501';
    } finally {
      await this.#client.query('rollback to probe');
    }
  }

  async #become({ role, claims }: CallerModel): Promise<void> {
    await this.#client.query(`set local role ${role}`);
    await this.#client.query("select set_config('request.jwt.claims', $1, true)", [
      JSON.stringify({ ...claims, role }),
    ]);
    await this.#client.query("set local search_path = public; set local timezone = 'UTC'");
  }

  async #root(root: RootModel): Promise<Json> {
    const from = sourceText(root.source);
    const { relation } = root.source;
    if (root.kind !== 'by key') return this.#level(root, relation, from, 'true');
    const key = Object.entries(root.key).map(([name, value]) => `t.${name} = ${sqlLiteral(value)}`);
    const [row] = await this.#rows(relation, from, key.join(' and '), NO_ARGS, root.fields);
    return row ?? null;
  }

  #level(root: RootModel, relation: RelationModel, from: string, condition: string): Promise<Json> {
    if (root.kind === 'aggregate')
      return this.#aggregate(relation, from, condition, root.args, root.aggregate);
    const args = root.kind === 'list' ? root.args : NO_ARGS;
    return this.#rows(relation, from, condition, args, root.fields);
  }

  async #rows(
    relation: RelationModel,
    from: string,
    condition: string,
    args: ArgsModel,
    fields: readonly FieldModel[],
  ): Promise<Json[]> {
    const needed = columnNamesOf(fields);
    const computed = fields.flatMap((field) => (field.kind === 'computed' ? [field.name] : []));
    const list = [...needed.map((name) => `t.${name}`), ...computed.map((name) => `public.${name}(t)`)];
    const found = await this.#query(this.#selectText(list, from, condition, args));
    const rows: Json[] = [];
    for (const values of found) {
      const raw = new Map([...needed, ...computed].map((name, index) => [name, values[index] ?? null]));
      const row: { [key: string]: Json } = {};
      for (const field of fields) row[field.alias] = await this.#field(relation, field, raw);
      rows.push(row);
    }
    return rows;
  }

  async #field(
    relation: RelationModel,
    field: FieldModel,
    raw: ReadonlyMap<string, string | null>,
  ): Promise<Json> {
    switch (field.kind) {
      case 'typename':
        return relation.name;
      case 'column':
        return decode(raw.get(field.column.name) ?? null, field.column.type);
      case 'computed':
        return raw.get(field.name) ?? null;
      default:
        return this.#related(relation, field, raw);
    }
  }

  async #related(
    relation: RelationModel,
    field: Extract<FieldModel, { relationship: unknown }>,
    raw: ReadonlyMap<string, string | null>,
  ): Promise<Json> {
    const { relationship } = field;
    const target = relationOf(this.#schema, relationship.target);
    const ties = relationship.pairs.map(([ours, theirs]) => {
      const value = raw.get(ours) ?? null;
      const type = columnOf(relation, ours).type;
      return `t.${theirs} = ${value === null ? `null::${type}` : sqlLiteral(value)}`;
    });
    const condition = ties.join(' and ');
    if (field.kind === 'array') return this.#rows(target, target.name, condition, field.args, field.fields);
    if (field.kind === 'aggregate')
      return this.#aggregate(target, target.name, condition, field.args, field.aggregate);
    const [row] = await this.#rows(target, target.name, condition, NO_ARGS, field.fields);
    return row ?? null;
  }

  async #aggregate(
    relation: RelationModel,
    from: string,
    condition: string,
    args: ArgsModel,
    { count, countOf, numbers, nodes }: AggregateModel,
  ): Promise<Json> {
    const columns = [...(countOf ? [countOf.column] : []), ...numbers.map((one) => one.column)];
    const list = columns.map((column, index) => `t.${column.name} as x${index}`);
    const set = this.#selectText(list, from, condition, args);
    const offset = countOf ? 1 : 0;
    const calls = [
      'count(*)',
      ...(countOf ? [`count(${countOf.distinct ? 'distinct ' : ''}s.x0)`] : []),
      ...numbers.map((one, index) => `${one.function}(s.x${index + offset})`),
    ];
    const [values = []] = await this.#query(`select ${calls.join(', ')} from (${set}) s`);
    const aggregate: { [key: string]: Json } = {};
    if (count) aggregate.count = Number(values[0]);
    if (countOf) aggregate.of = Number(values[1]);
    numbers.forEach((one, index) => {
      const isNumber = one.function === 'sum' || one.function === 'avg';
      const value = values[index + offset + 1] ?? null;
      aggregate[`n${index}`] = { v: decode(value, isNumber ? 'numeric' : one.column.type) };
    });
    if (!nodes) return { aggregate };
    return { aggregate, nodes: await this.#rows(relation, from, condition, args, nodes) };
  }

  #selectText(list: readonly string[], from: string, condition: string, args: ArgsModel): string {
    const distinct =
      args.distinct.length > 0
        ? `distinct on (${args.distinct.map((one) => `t.${one.name}`).join(', ')}) `
        : '';
    const where = args.where ? `(${condition}) and ${conditionSql(args.where, 't')}` : condition;
    const order =
      args.order.length > 0 ? ` order by ${args.order.map((one) => orderSql(one, 't')).join(', ')}` : '';
    const limit = args.limit === undefined ? '' : ` limit ${args.limit}`;
    const offset = args.offset === undefined ? '' : ` offset ${args.offset}`;
    return `select ${distinct}${list.join(', ') || '1'} from public.${from} t where ${where}${order}${limit}${offset}`;
  }

  /** All columns as PostgreSQL prints them. */
  async #query(text: string): Promise<(string | null)[][]> {
    const types = { getTypeParser: () => (value: string) => value };
    const { rows } = await this.#client.query({ text, rowMode: 'array', types } as pg.QueryArrayConfig);
    return rows as (string | null)[][];
  }
}

function sourceText({ relation, finder }: SourceModel): string {
  return finder ? `${relation.finder}(${finder.floor ?? ''})` : relation.name;
}

function selectNothing({ name }: RelationModel, columns: ReadonlySet<string>): string {
  return `select ${[...columns].map((column) => `t.${column}`).join(', ')} from public.${name} t limit 0`;
}

/** `public.f(int)` is called without its argument, `public.f(public.t)` with the rows of t. */
function callOnNothing(signature: string): string {
  const [, name, argument] = /^(.*)\((.*)\)$/.exec(signature) ?? [];
  return argument === 'int' ? `select 1 from ${name}() t` : `select ${name}(t) from ${argument} t`;
}

function decode(value: string | null, type: ColumnType): Json {
  if (value === null) return null;
  if (type === 'bool') return value === 't';
  return type === 'text' || type === 'date' ? value : Number(value);
}
