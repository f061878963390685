/**
 * Random questions to a database. Like the databases they are drawn as small numbers and read modulo what there is. Most
 * columns are chosen among those that the caller was granted, so that questions get answers; some stray, to be refused.
 */
import fc from 'fast-check';
import type {
  AggregateFunction,
  AggregateModel,
  ArgsModel,
  Comparison,
  FieldModel,
  OrderModel,
  QueryModel,
  RootModel,
  WhereModel,
} from './query-model.ts';
import { DIRECTIONS } from './query-model.ts';
import type { CallerModel, ColumnModel, RelationModel, SchemaModel } from './schema-model.ts';
import { relationOf } from './schema-model.ts';
import { sampleOf } from './values.ts';

const pick = fc.nat(1000);

interface RawWhere {
  kind: number;
  picks: number[];
  all: RawWhere[];
}
interface RawArgs {
  where: RawWhere | null;
  order: { kind: number; picks: number[] }[];
  distinct: number;
  limit: number;
  offset: number;
}
interface RawField {
  kind: number;
  picks: number[];
  args: RawArgs;
  fields: RawField[];
}

/** Trees of a bounded height, each level narrower than the one above. */
function whereOf(height: number): fc.Arbitrary<RawWhere> {
  return fc.record({
    kind: fc.nat(19),
    picks: fc.array(pick, { minLength: 5, maxLength: 5 }),
    all: height === 0 ? fc.constant([]) : fc.array(whereOf(height - 1), { maxLength: height }),
  });
}
const args: fc.Arbitrary<RawArgs> = fc.record({
  where: fc.option(whereOf(3), { freq: 2 }),
  order: fc.array(fc.record({ kind: fc.nat(9), picks: fc.array(pick, { minLength: 4, maxLength: 4 }) }), {
    maxLength: 2,
  }),
  distinct: fc.nat(11),
  limit: fc.nat(9),
  offset: fc.nat(9),
});
function fieldOf(height: number): fc.Arbitrary<RawField> {
  return fc.record({
    kind: fc.nat(19),
    picks: fc.array(pick, { minLength: 6, maxLength: 6 }),
    args,
    fields: height === 0 ? fc.constant([]) : fc.array(fieldOf(height - 1), { maxLength: 3 }),
  });
}
const rawRoot = fc.record({
  relation: pick,
  kind: fc.nat(9),
  key: pick,
  floor: fc.nat(4),
  args,
  fields: fc.array(fieldOf(3), { minLength: 1, maxLength: 4 }),
  picks: fc.array(pick, { minLength: 6, maxLength: 6 }),
});
const rawQuery = fc.record({
  caller: pick,
  roots: fc.array(rawRoot, { minLength: 1, maxLength: 2 }),
  variables: fc.boolean(),
});

type RawRoot = typeof rawRoot extends fc.Arbitrary<infer T> ? T : never;
export type RawQuery = typeof rawQuery extends fc.Arbitrary<infer T> ? T : never;

export const rawQueryArbitrary: fc.Arbitrary<RawQuery> = rawQuery;

/** The question that these numbers ask of this database. */
export function makeQuery(raw: RawQuery, schema: SchemaModel, callers: readonly CallerModel[]): QueryModel {
  const caller = callers[raw.caller % callers.length]!;
  const maker = new QueryMaker(schema, caller);
  return { caller, roots: raw.roots.map((root) => maker.root(root)), variables: raw.variables };
}

/** Response keys that could be mistaken for something inside a statement. */
const ALIASES = ['y', 'q', 'id', 'owner', 'a', 't', 'j', 'alpha', 'r1', 'count', 'nodes', 'tenant'];
const NUMBERS: readonly AggregateFunction[] = ['sum', 'avg', 'max', 'min'];
const COMPARISONS: readonly Comparison[] = ['=', '<>', '<', '>', '<=', '>=', 'in', 'not in'];

class QueryMaker {
  readonly #schema: SchemaModel;
  readonly #caller: CallerModel;

  constructor(schema: SchemaModel, caller: CallerModel) {
    this.#schema = schema;
    this.#caller = caller;
  }

  root(raw: RawRoot): RootModel {
    const { relations } = this.#schema;
    const open = relations.filter((one) => this.#granted(one).length > 0);
    const relation = choose(raw.relation % 16 === 15 || open.length === 0 ? relations : open, raw.relation);
    const asks = raw.kind >= 7 && relation.finder !== undefined;
    const finder = asks ? { floor: raw.floor === 0 ? undefined : raw.floor - 1 } : undefined;
    const source = { relation, finder };
    if (raw.kind === 0 && relation.kind === 'table') {
      const key = Object.fromEntries(
        relation.key.map((column) => [column, column === 'b' ? raw.key % 2 : 1 + (raw.key % 5)]),
      );
      return { kind: 'by key', source, key, fields: this.#fields(raw.fields, relation) };
    }
    const given = this.#args(raw.args, relation);
    if (raw.kind % 4 === 1)
      return { kind: 'aggregate', source, args: given, aggregate: this.#aggregate(raw, relation) };
    return { kind: 'list', source, args: given, fields: this.#fields(raw.fields, relation) };
  }

  /** What the caller may see by the grants of its own role; a stray choice takes any. */
  #granted(relation: RelationModel): readonly ColumnModel[] {
    const { role } = this.#caller;
    if (role === 'service_role') return relation.columns;
    const grant = relation.grants[role] ?? 'none';
    if (grant === 'none') return [];
    return grant === 'all'
      ? relation.columns
      : relation.columns.filter((column) => grant.includes(column.name));
  }

  #column(relation: RelationModel, seed: number, fits: (column: ColumnModel) => boolean = () => true) {
    const granted = this.#granted(relation).filter(fits);
    const any = relation.columns.filter(fits);
    const stray = seed % 41 === 40;
    const list = stray || granted.length === 0 ? any : granted;
    return list.length === 0 ? undefined : choose(list, seed);
  }

  #relationship(relation: RelationModel, seed: number, kind?: 'object' | 'array') {
    const all = relation.relationships.filter((one) => kind === undefined || one.kind === kind);
    const sees = (owner: RelationModel, name: string) =>
      this.#granted(owner).some((column) => column.name === name);
    const open = all.filter(({ pairs, target }) =>
      pairs.every(([ours, theirs]) => sees(relation, ours) && sees(relationOf(this.#schema, target), theirs)),
    );
    const list = seed % 41 === 40 ? all : open;
    return list.length === 0 ? undefined : choose(list, seed);
  }

  #fields(raws: readonly RawField[], relation: RelationModel): FieldModel[] {
    const taken = new Set<string>();
    const fields = raws.map((raw, index) => this.#field(raw, relation, aliasFor(raw, index, taken)));
    return fields.length > 0 ? fields : [{ kind: 'typename', alias: '__typename' }];
  }

  #field(raw: RawField, relation: RelationModel, alias: string): FieldModel {
    const [first = 0, second = 0] = raw.picks;
    const { computed } = relation;
    if (raw.kind === 0) return { kind: 'typename', alias };
    const whole = computed !== undefined && this.#granted(relation).length === relation.columns.length;
    if (raw.kind === 1 && computed !== undefined && (whole || second % 13 === 0))
      return { kind: 'computed', alias, name: computed };
    const relationship = raw.kind > 7 ? this.#relationship(relation, first) : undefined;
    if (relationship) {
      const target = relationOf(this.#schema, relationship.target);
      if (relationship.kind === 'object')
        return { kind: 'object', alias, relationship, fields: this.#fields(raw.fields, target) };
      const given = this.#args(raw.args, target);
      if (second % 3 === 0)
        return {
          kind: 'aggregate',
          alias,
          relationship,
          args: given,
          aggregate: this.#aggregate(raw, target),
        };
      return { kind: 'array', alias, relationship, args: given, fields: this.#fields(raw.fields, target) };
    }
    const column = this.#column(relation, first);
    return column ? { kind: 'column', alias, column } : { kind: 'typename', alias };
  }

  #aggregate(
    raw: { readonly picks: readonly number[]; readonly fields: readonly RawField[] },
    relation: RelationModel,
  ): AggregateModel {
    const [a = 0, b = 0, c = 0, d = 0] = raw.picks;
    const countOf = b % 2 === 0 ? this.#column(relation, b >> 1) : undefined;
    const numbers = [c, d].flatMap((seed) => {
      const name = NUMBERS[seed % 4]!;
      const numeric = ['int4', 'numeric', 'float8'];
      const fits = ({ type }: ColumnModel) =>
        name === 'sum' || name === 'avg' ? numeric.includes(type) : type !== 'bool';
      const column = this.#column(relation, seed >> 2, fits);
      return seed % 5 === 0 || !column ? [] : [{ function: name, column }];
    });
    const nodes = a % 3 === 0 ? this.#fields(raw.fields, relation) : undefined;
    return {
      count: a % 2 === 0 || (!countOf && numbers.length === 0),
      countOf: countOf && { column: countOf, distinct: d % 2 === 0 },
      numbers,
      nodes,
    };
  }

  #args(raw: RawArgs, relation: RelationModel): ArgsModel {
    const key = relation.key.map((name) => relation.columns.find((column) => column.name === name)!);
    const sees = (column: ColumnModel) => this.#granted(relation).includes(column);
    const canBeTotal = key.every(sees);
    const distinct =
      raw.distinct < 2 && canBeTotal ? this.#column(relation, raw.distinct * 7 + raw.limit) : undefined;
    const given = raw.order.flatMap((one) => this.#order(one, relation) ?? []);
    const limited = raw.limit < 4 || raw.offset < 2 || distinct !== undefined;
    const total = canBeTotal && (limited || given.length > 0);
    const by = (column: ColumnModel): OrderModel => ({
      via: [],
      by: { kind: 'column', column },
      direction: 'asc',
    });
    return {
      where: raw.where ? this.#where(raw.where, relation) : undefined,
      order: [...(distinct ? [by(distinct)] : []), ...given, ...(total ? key.map(by) : [])],
      distinct: distinct ? [distinct] : [],
      limit: total && raw.limit < 4 ? raw.limit : undefined,
      offset: total && raw.offset < 2 ? raw.offset : undefined,
      total,
    };
  }

  #order({ kind, picks }: RawArgs['order'][number], relation: RelationModel): OrderModel | undefined {
    const [first = 0, second = 0, third = 0] = picks;
    const direction = DIRECTIONS[second % DIRECTIONS.length]!;
    const via = kind > 5 ? this.#relationship(relation, first, 'object') : undefined;
    const owner = via ? relationOf(this.#schema, via.target) : relation;
    const array = kind % 3 === 2 ? this.#relationship(owner, third, 'array') : undefined;
    const path = via ? [via] : [];
    if (array) {
      const target = relationOf(this.#schema, array.target);
      const column = this.#column(target, third, ({ type }) => type !== 'bool');
      if (second % 2 === 0 || !column)
        return { via: path, by: { kind: 'count', relationship: array }, direction };
      return { via: path, by: { kind: 'maximum', relationship: array, column }, direction };
    }
    const column = this.#column(owner, third);
    return column && { via: path, by: { kind: 'column', column }, direction };
  }

  #where(raw: RawWhere, relation: RelationModel): WhereModel {
    const [first = 0, second = 0, third = 0, fourth = 0] = raw.picks;
    const all = () => raw.all.map((one) => this.#where(one, relation));
    const inner = (target: string): WhereModel => {
      const list = raw.all.map((one) => this.#where(one, relationOf(this.#schema, target)));
      return list.length === 1 ? list[0]! : { kind: 'and', all: list };
    };
    if (raw.kind < 2) return { kind: 'and', all: all() };
    if (raw.kind < 4) return { kind: 'or', all: all() };
    if (raw.kind < 6) return { kind: 'not', where: { kind: 'and', all: all() } };
    if (raw.kind < 9) {
      const relationship = this.#relationship(relation, first);
      if (relationship) return { kind: 'exists', relationship, where: inner(relationship.target) };
    }
    if (raw.kind < 12) {
      const relationship = this.#relationship(relation, first, 'array');
      if (relationship) {
        const target = relationOf(this.#schema, relationship.target);
        const bool = this.#column(target, third, ({ type }) => type === 'bool');
        if (second % 3 === 0 && bool)
          return { kind: 'every', relationship, column: bool, value: third % 2 === 0 };
        return {
          kind: 'count',
          relationship,
          distinct: second % 3 === 1 ? this.#column(target, third) : undefined,
          filter: raw.all.length > 0 ? inner(relationship.target) : undefined,
          comparison: COMPARISONS[third % 6]!,
          value: fourth % 4,
        };
      }
    }
    const { computed } = relation;
    if (
      raw.kind === 12 &&
      computed !== undefined &&
      this.#granted(relation).length === relation.columns.length
    )
      return { kind: 'computed', name: computed, value: ['u1:', '?:', 'u1:2', '?:0'][first % 4]! };
    const column = this.#column(relation, first);
    if (!column) return { kind: 'and', all: [] };
    if (raw.kind === 13) return { kind: 'null', column, isNull: second % 2 === 0 };
    return compare(column, second, third, fourth);
  }
}

function compare(column: ColumnModel, operator: number, value: number, length: number): WhereModel {
  const choices: readonly Comparison[] =
    column.type === 'bool'
      ? ['=', '<>']
      : column.type === 'text'
        ? [...COMPARISONS, 'like', 'ilike']
        : COMPARISONS;
  const comparison = choices[operator % choices.length]!;
  if (comparison === 'in' || comparison === 'not in') {
    const list = Array.from({ length: length % 4 }, (_, index) => sampleOf(column.type, value + index));
    return { kind: 'compare', column, comparison, value: list };
  }
  if (comparison === 'like' || comparison === 'ilike')
    return { kind: 'compare', column, comparison, value: ['u%', '%O%', '_1', '%\\%%', '%'][value % 5] };
  return { kind: 'compare', column, comparison, value: sampleOf(column.type, value) };
}

function aliasFor(raw: RawField, index: number, taken: Set<string>): string {
  const wanted = ALIASES[raw.picks[5]! % ALIASES.length]!;
  const alias = taken.has(wanted) ? `k${index}` : wanted;
  taken.add(alias);
  return alias;
}

function choose<T>(list: readonly T[], seed: number): T {
  return list[seed % list.length]!;
}
