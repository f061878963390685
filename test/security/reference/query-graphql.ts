/** A generated question as a GraphQL document with its variables. */
import type {
  AggregateModel,
  ArgsModel,
  Comparison,
  FieldModel,
  OrderModel,
  QueryModel,
  RootModel,
  WhereModel,
} from './query-model.ts';
import type { ColumnModel, ColumnType } from './schema-model.ts';

export interface GraphqlText {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

const OPERATORS: Readonly<Record<Comparison, string>> = {
  '=': '_eq',
  '<>': '_neq',
  '<': '_lt',
  '>': '_gt',
  '<=': '_lte',
  '>=': '_gte',
  in: '_in',
  'not in': '_nin',
  like: '_like',
  ilike: '_ilike',
};
export const SCALARS: Readonly<Record<ColumnType, string>> = {
  int4: 'Int',
  text: 'String',
  bool: 'Boolean',
  numeric: 'numeric',
  float8: 'float8',
  date: 'date',
  jsonb: 'jsonb',
};

export function toGraphql(query: QueryModel): GraphqlText {
  const writer = new Writer(query.variables);
  const roots = query.roots.map((root, index) => writer.root(root, `root${index}`));
  const declared = Object.keys(writer.variables).map((name) => `$${name}: ${writer.types[name]}`);
  const head = declared.length > 0 ? `query(${declared.join(', ')}) ` : '';
  return { query: `${head}{ ${roots.join(' ')} }`, variables: writer.variables };
}

export class Writer {
  readonly variables: Record<string, unknown> = {};
  readonly types: Record<string, string> = {};
  readonly #usesVariables: boolean;

  constructor(usesVariables: boolean) {
    this.#usesVariables = usesVariables;
  }

  root(root: RootModel, alias: string): string {
    const { relation, finder } = root.source;
    const name = finder ? relation.finder! : relation.name;
    const floor =
      finder?.floor === undefined ? [] : [`args: {floor_tenant: ${this.value(finder.floor, 'Int')}}`];
    switch (root.kind) {
      case 'by key': {
        const key = Object.entries(root.key).map(
          ([column, value]) => `${column}: ${this.value(value, 'Int!')}`,
        );
        return `${alias}: ${relation.name}_by_pk(${key.join(', ')}) ${this.#fields(root.fields)}`;
      }
      case 'list':
        return `${alias}: ${name}${this.#args(root.args, floor)} ${this.#fields(root.fields)}`;
      case 'aggregate':
        return `${alias}: ${name}_aggregate${this.#args(root.args, floor)} ${this.#aggregate(root.aggregate)}`;
    }
  }

  #fields(fields: readonly FieldModel[]): string {
    return `{ ${fields.map((field) => this.#field(field)).join(' ')} }`;
  }

  #field(field: FieldModel): string {
    switch (field.kind) {
      case 'typename':
        return `${field.alias}: __typename`;
      case 'column':
        return `${field.alias}: ${field.column.name}`;
      case 'computed':
        return `${field.alias}: ${field.name}`;
      case 'object':
        return `${field.alias}: ${field.relationship.name} ${this.#fields(field.fields)}`;
      case 'array':
        return `${field.alias}: ${field.relationship.name}${this.#args(field.args)} ${this.#fields(field.fields)}`;
      case 'aggregate':
        return `${field.alias}: ${field.relationship.name}_aggregate${this.#args(field.args)} ${this.#aggregate(field.aggregate)}`;
    }
  }

  #aggregate({ count, countOf, numbers, nodes }: AggregateModel): string {
    const inner = [
      ...(count ? ['count'] : []),
      ...(countOf ? [`of: count(columns: [${countOf.column.name}], distinct: ${countOf.distinct})`] : []),
      ...numbers.map((one, index) => `n${index}: ${one.function} { v: ${one.column.name} }`),
    ];
    return `{ aggregate { ${inner.join(' ')} }${nodes ? ` nodes ${this.#fields(nodes)}` : ''} }`;
  }

  #args(args: ArgsModel, first: readonly string[] = []): string {
    const list = [...first];
    if (args.where) list.push(`where: ${this.where(args.where)}`);
    if (args.distinct.length > 0) list.push(`distinct_on: [${names(args.distinct)}]`);
    if (args.order.length > 0) list.push(`order_by: [${args.order.map(orderText).join(', ')}]`);
    if (args.limit !== undefined) list.push(`limit: ${this.value(args.limit, 'Int')}`);
    if (args.offset !== undefined) list.push(`offset: ${this.value(args.offset, 'Int')}`);
    return list.length === 0 ? '' : `(${list.join(', ')})`;
  }

  where(where: WhereModel): string {
    switch (where.kind) {
      case 'and':
      case 'or':
        return `{_${where.kind}: [${where.all.map((one) => this.where(one)).join(', ')}]}`;
      case 'not':
        return `{_not: ${this.where(where.where)}}`;
      case 'compare': {
        const scalar = SCALARS[where.column.type];
        const value = this.value(where.value, Array.isArray(where.value) ? `[${scalar}!]` : scalar);
        return `{${where.column.name}: {${OPERATORS[where.comparison]}: ${value}}}`;
      }
      case 'null':
        return `{${where.column.name}: {_is_null: ${this.value(where.isNull, 'Boolean')}}}`;
      case 'computed':
        return `{${where.name}: {_eq: ${this.value(where.value, 'String')}}}`;
      case 'exists':
        return `{${where.relationship.name}: ${this.where(where.where)}}`;
      case 'count': {
        const columns = where.distinct ? `arguments: [${where.distinct.name}], distinct: true, ` : '';
        const filter = where.filter ? `filter: ${this.where(where.filter)}, ` : '';
        const predicate = `predicate: {${OPERATORS[where.comparison]}: ${this.value(where.value, 'Int')}}`;
        return `{${where.relationship.name}_aggregate: {count: {${columns}${filter}${predicate}}}}`;
      }
      case 'every':
        return `{${where.relationship.name}_aggregate: {bool_and: {arguments: ${where.column.name}, predicate: {_eq: ${this.value(where.value, 'Boolean')}}}}}`;
    }
  }

  /** The value in its place: itself, or the variable that brings it. */
  value(value: unknown, type: string): string {
    if (!this.#usesVariables) return literal(value);
    const name = `v${Object.keys(this.variables).length}`;
    this.variables[name] = value;
    this.types[name] = type;
    return `$${name}`;
  }
}

export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, one]) => `${key}: ${literal(one)}`)
    .join(', ')}}`;
}

function names(columns: readonly ColumnModel[]): string {
  return columns.map((column) => column.name).join(', ');
}

function orderText({ via, by, direction }: OrderModel): string {
  const inner =
    by.kind === 'column'
      ? `{${by.column.name}: ${direction}}`
      : by.kind === 'count'
        ? `{${by.relationship.name}_aggregate: {count: ${direction}}}`
        : `{${by.relationship.name}_aggregate: {max: {${by.column.name}: ${direction}}}}`;
  return via.reduceRight((text, relationship) => `{${relationship.name}: ${text}}`, inner);
}
