/** What of a generated question REST can ask: a smaller question, and its address. */
import type { Json } from './evaluate.ts';
import type {
  ArgsModel,
  Comparison,
  FieldModel,
  OrderModel,
  QueryModel,
  RootModel,
  WhereModel,
} from './query-model.ts';
import type { RelationModel, RelationshipModel, SchemaModel } from './schema-model.ts';
import { relationOf } from './schema-model.ts';

export interface RestQuestion {
  /** The same question without what has no words in REST: the reference answers this one. */
  readonly query: QueryModel;
  /** Below `/rest/v1`. */
  readonly path: string;
  /** The answer in the form in which GraphQL has it. */
  data(answer: Json): Json;
}

/** Undefined where nothing of it is left. */
export function toRest(query: QueryModel, schema: SchemaModel): RestQuestion | undefined {
  const [root] = query.roots;
  if (!root || root.kind === 'aggregate' || root.source.finder) return undefined;
  const { relation } = root.source;
  const fields = keptFields(root.fields, relation, schema);
  if (fields.length === 0) return undefined;
  const parameters = [`select=${selectText(fields, relation, schema)}`, ...argsBelow(fields, '')];
  const small: RootModel =
    root.kind === 'list' ? { ...root, fields, args: keptArgs(root.args) } : { ...root, fields };
  if (small.kind === 'list') parameters.push(...argsText(small.args, ''));
  if (small.kind === 'by key')
    parameters.push(...Object.entries(small.key).map(([column, value]) => `${column}=eq.${value}`));
  return {
    query: { ...query, roots: [small] },
    path: `/${relation.name}?${parameters.join('&')}`,
    data: (answer) => ({ root0: root.kind === 'list' ? answer : ((answer as Json[])[0] ?? null) }),
  };
}

// ---- what is left

function keptFields(
  fields: readonly FieldModel[],
  relation: RelationModel,
  schema: SchemaModel,
): FieldModel[] {
  return fields.flatMap((field): FieldModel[] => {
    switch (field.kind) {
      case 'column':
      case 'computed':
        return [field];
      case 'object':
      case 'array': {
        const target = relationOf(schema, field.relationship.target);
        const below = keptFields(field.fields, target, schema);
        // One key of a table to itself makes two ways, told apart by other rules.
        if (below.length === 0 || target === relation) return [];
        if (field.kind === 'object') return [{ ...field, fields: below }];
        return [{ ...field, fields: below, args: keptArgs(field.args) }];
      }
      default:
        return [];
    }
  });
}

function keptArgs(args: ArgsModel): ArgsModel {
  const order = args.order.filter(isKeptOrder);
  const isWhole = order.length === args.order.length && args.distinct.length === 0;
  const total = args.total && isWhole;
  return {
    where: args.where && keptWhere(args.where),
    order,
    distinct: [],
    // Without an order that leaves nothing to chance any rows would do.
    limit: total ? args.limit : undefined,
    offset: total ? args.offset : undefined,
    total,
  };
}

function isKeptOrder({ via, by }: OrderModel): boolean {
  return via.length === 0 && by.kind === 'column';
}

/** What of a condition has words in REST. */
export function keptWhere(where: WhereModel): WhereModel | undefined {
  switch (where.kind) {
    case 'and':
    case 'or': {
      const all = where.all.flatMap((one) => keptWhere(one) ?? []);
      return all.length === 0 ? undefined : { kind: where.kind, all };
    }
    case 'not': {
      const kept = keptWhere(where.where);
      return kept && { kind: 'not', where: kept };
    }
    case 'compare':
    case 'null':
    case 'computed':
      return where;
    default:
      return undefined;
  }
}

// ---- how it is written

function selectText(fields: readonly FieldModel[], relation: RelationModel, schema: SchemaModel): string {
  return fields
    .map((field) => {
      if (field.kind === 'column') return `${field.alias}:${field.column.name}`;
      if (field.kind === 'computed') return `${field.alias}:${field.name}`;
      if (field.kind !== 'object' && field.kind !== 'array') throw new Error('such fields are not kept');
      const target = relationOf(schema, field.relationship.target);
      const below = selectText(field.fields, target, schema);
      return `${field.alias}:${target.name}!${constraintOf(field.relationship, relation)}(${below})`;
    })
    .join(',');
}

/** The name that PostgreSQL gives to a foreign key. Its columns are never those of its own table's primary key. */
function constraintOf({ target, pairs }: RelationshipModel, relation: RelationModel): string {
  const ours = pairs.map(([own]) => own);
  const isReverse = ours.length === relation.key.length && ours.every((one) => relation.key.includes(one));
  const [table, columns] = isReverse ? [target, pairs.map(([, theirs]) => theirs)] : [relation.name, ours];
  return `${table}_${columns.join('_')}_fkey`;
}

function argsBelow(fields: readonly FieldModel[], prefix: string): string[] {
  return fields.flatMap((field) => {
    if (field.kind !== 'object' && field.kind !== 'array') return [];
    const path = `${prefix}${field.alias}.`;
    const own = field.kind === 'array' ? argsText(field.args, path) : [];
    return [...own, ...argsBelow(field.fields, path)];
  });
}

function argsText({ where, order, limit, offset }: ArgsModel, prefix: string): string[] {
  const parameters: string[] = [];
  if (where) parameters.push(`${prefix}and=${encodeURIComponent(`(${whereText(where)})`)}`);
  if (order.length > 0) parameters.push(`${prefix}order=${order.map(orderText).join(',')}`);
  if (limit !== undefined) parameters.push(`${prefix}limit=${limit}`);
  if (offset !== undefined) parameters.push(`${prefix}offset=${offset}`);
  return parameters;
}

function orderText({ by, direction }: OrderModel): string {
  if (by.kind !== 'column') throw new Error('such orders are not kept');
  const [way, , nulls] = direction.split('_');
  return `${by.column.name}.${way}${nulls === undefined ? '' : `.nulls${nulls}`}`;
}

const OPERATORS: Readonly<Record<Comparison, string>> = {
  '=': 'eq',
  '<>': 'neq',
  '<': 'lt',
  '>': 'gt',
  '<=': 'lte',
  '>=': 'gte',
  in: 'in',
  'not in': 'not.in',
  like: 'like',
  ilike: 'ilike',
};

/** As a term of `and=(…)`. */
export function whereText(where: WhereModel): string {
  switch (where.kind) {
    case 'and':
    case 'or':
      return `${where.kind}(${where.all.map(whereText).join(',')})`;
    case 'not': {
      const text = whereText(where.where);
      // A negated filter has its `not` behind the column.
      return where.where.kind === 'and' || where.where.kind === 'or' ? `not.${text}` : `not.and(${text})`;
    }
    case 'compare': {
      // A list of nothing but the empty text is an empty list there.
      if (Array.isArray(where.value) && where.value.length === 1 && where.value[0] === '')
        return `${where.column.name}.${where.comparison === 'in' ? 'eq' : 'neq'}.""`;
      const operator = OPERATORS[where.comparison];
      const value = Array.isArray(where.value)
        ? `(${where.value.map(quoted).join(',')})`
        : quoted(where.value);
      return `${where.column.name}.${operator}.${value}`;
    }
    case 'null':
      // `is.null` would speak of a relation of that name first.
      return `${where.column.name}.${where.isNull ? 'not.is.not_null' : 'is.not_null'}`;
    case 'computed':
      return `${where.name}.eq.${quoted(where.value)}`;
    default:
      throw new Error('such conditions are not kept');
  }
}

function quoted(value: unknown): string {
  return `"${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
