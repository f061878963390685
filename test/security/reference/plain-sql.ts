/** Conditions and orders of the reference, as plain sub-selects over the alias of the outer row. */
import type { FieldModel, OrderModel, WhereModel } from './query-model.ts';
import type { RelationshipModel } from './schema-model.ts';
import { sqlLiteral } from './values.ts';

/** The columns that a level must read: those shown, and those that tie related rows to it. */
export function columnNamesOf(fields: readonly FieldModel[]): string[] {
  const names = fields.flatMap((field) => {
    if (field.kind === 'column') return [field.column.name];
    return 'relationship' in field ? field.relationship.pairs.map(([ours]) => ours) : [];
  });
  return [...new Set(names)];
}

export function conditionSql(where: WhereModel, row: string): string {
  switch (where.kind) {
    case 'and':
    case 'or': {
      if (where.all.length === 0) return where.kind === 'and' ? 'true' : 'false';
      return `(${where.all.map((one) => conditionSql(one, row)).join(` ${where.kind} `)})`;
    }
    case 'not':
      return `(not ${conditionSql(where.where, row)})`;
    case 'compare': {
      const column = `${row}.${where.column.name}`;
      if (!Array.isArray(where.value))
        return `(${column} ${where.comparison} ${sqlLiteral(where.value)}::${where.column.type})`;
      // An empty list: nothing is in it, everything is outside of it. The column must be readable all the same.
      const decided = where.comparison === 'in' ? 'false' : 'true';
      if (where.value.length === 0)
        return `(case when ${column} is null then ${decided} else ${decided} end)`;
      const list = where.value.map((one) => `${sqlLiteral(one)}::${where.column.type}`);
      return `(${column} ${where.comparison} (${list.join(', ')}))`;
    }
    case 'null':
      return `(${row}.${where.column.name} is ${where.isNull ? '' : 'not '}null)`;
    case 'computed':
      return `(public.${where.name}(${row}) = ${sqlLiteral(where.value)})`;
    case 'exists':
      return `exists (${related(where.relationship, row, '1', where.where)})`;
    case 'count': {
      const inner = inside(row);
      const counted = where.distinct ? `distinct ${inner}.${where.distinct.name}` : '*';
      return `((${related(where.relationship, row, `count(${counted})`, where.filter)}) ${where.comparison} ${where.value})`;
    }
    case 'every': {
      const list = `bool_and(${inside(row)}.${where.column.name})`;
      return `((${related(where.relationship, row, list, undefined)}) = ${where.value})`;
    }
  }
}

/** `asc` puts nulls last and `desc` puts them first, as PostgreSQL does by itself. */
export function orderSql({ via, by, direction }: OrderModel, row: string): string {
  const way = direction.startsWith('asc') ? 'asc' : 'desc';
  const nulls = /nulls_(first|last)$/.exec(direction)?.[1];
  return `${operandSql(via, by, row)} ${way}${nulls === undefined ? '' : ` nulls ${nulls}`}`;
}

function operandSql(via: OrderModel['via'], by: OrderModel['by'], row: string): string {
  const [first, ...rest] = via;
  if (first) return `(${related(first, row, operandSql(rest, by, inside(row)), undefined)})`;
  if (by.kind === 'column') return `${row}.${by.column.name}`;
  const list = by.kind === 'count' ? 'count(*)' : `max(${inside(row)}.${by.column.name})`;
  return `(${related(by.relationship, row, list, undefined)})`;
}

/** `select <list>` from the rows of the relationship that satisfy the condition. */
function related(
  { target, pairs }: RelationshipModel,
  row: string,
  list: string,
  where: WhereModel | undefined,
): string {
  const inner = inside(row);
  const ties = pairs.map(([ours, theirs]) => `${inner}.${theirs} = ${row}.${ours}`);
  const conditions = where ? [...ties, conditionSql(where, inner)] : ties;
  return `select ${list} from public.${target} ${inner} where ${conditions.join(' and ')}`;
}

/** A deeper alias, never that of a row outside. */
function inside(row: string): string {
  return `${row}t`;
}
