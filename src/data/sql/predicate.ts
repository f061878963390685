/** Operands and predicates → SQL expressions over the rows in scope. */
import { empty, join, keyword, operator, type Sql, sql } from '../../database/sql.ts';
import { type Column, type Relationship, withoutDomain } from '../catalog/catalog.ts';
import type { Aggregate, Operand, Predicate, Related, Value } from '../plan/plan.ts';
import { aggregateCall } from './aggregate.ts';
import type { Aliases } from './aliases.ts';
import { callSql } from './call.ts';
import { type Row, sourceRow } from './row.ts';
import { fromItem } from './source.ts';
import { operatorSchema } from './types.ts';
import { bound } from './value.ts';

type Fragment = Sql<Value>;

/** `theirs = ours and …`. */
export function joinCondition({ columns }: Relationship, outer: Row, inner: Row): Fragment {
  return join(
    columns.map(
      ([ours, theirs]) => sql`${inner.column(theirs)} ${equality(ours, theirs)} ${outer.column(ours)}`,
    ),
    ' and ',
  );
}

function equality(ours: Column, theirs: Column): Sql {
  const schema =
    operatorSchema(theirs.type) ?? (ours.type === theirs.type ? undefined : operatorSchema(ours.type));
  return operator('=', schema);
}

/** The condition that ties related rows to the outer row; none for a routine, whose arguments do it. */
export function relatedCondition(related: Related, outer: Row, inner: Row): Fragment | undefined {
  return related.relationship ? joinCondition(related.relationship, outer, inner) : undefined;
}

/** `where a and b`, or nothing. */
export function whereClause(...conditions: (Fragment | undefined)[]): Fragment {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length === 0 ? empty : sql<Value>` where ${join(given, ' and ')}`;
}

export function operandSql(operand: Operand, row: Row, aliases: Aliases): Fragment {
  switch (operand.kind) {
    case 'column':
      return row.column(operand.column);
    case 'call':
      return callSql(operand.call, row);
    case 'text':
      return sql<Value>`${operandSql(operand.operand, row, aliases)}::pg_catalog.text`;
    case 'via': {
      const { related } = operand;
      const alias = aliases.next();
      const inner = sourceRow(related.source.table, alias);
      const value = operandSql(operand.operand, inner, aliases);
      const where = whereClause(relatedCondition(related, row, inner));
      return sql<Value>`(select ${value} from ${fromItem(related.source, alias, row)}${where} limit 1)`;
    }
    case 'aggregate':
      return aggregateSubselect(operand.related, operand.aggregate, row, aliases);
    case 'grouped':
      return aggregateCall(
        operand.aggregate,
        operand.aggregate.operands.map((one) => operandSql(one, row, aliases)),
      );
  }
}

function aggregateSubselect(related: Related, aggregate: Aggregate, row: Row, aliases: Aliases): Fragment {
  const alias = aliases.next();
  const inner = sourceRow(related.source.table, alias);
  const value = aggregateCall(
    aggregate,
    aggregate.operands.map((operand) => operandSql(operand, inner, aliases)),
  );
  const where = whereClause(
    relatedCondition(related, row, inner),
    aggregate.where && predicateSql(aggregate.where, inner, aliases),
  );
  return sql<Value>`(select ${value} from ${fromItem(related.source, alias, row)}${where})`;
}

export function predicateSql(predicate: Predicate, row: Row, aliases: Aliases): Fragment {
  switch (predicate.kind) {
    case 'constant':
      return keyword(predicate.value ? 'true' : 'false');
    case 'not':
      return sql<Value>`not (${predicateSql(predicate.predicate, row, aliases)})`;
    case 'and':
    case 'or': {
      if (predicate.all.length === 0) return keyword(predicate.kind === 'and' ? 'true' : 'false');
      const list = predicate.all.map((one) => predicateSql(one, row, aliases));
      return list.length === 1 ? list[0]! : sql<Value>`(${join(list, ` ${predicate.kind} `)})`;
    }
    case 'null':
      return sql<Value>`${operandSql(predicate.operand, row, aliases)} is ${keyword(predicate.isNull ? 'null' : 'not null')}`;
    case 'exists': {
      const { related } = predicate;
      const alias = aliases.next();
      const inner = sourceRow(related.source.table, alias);
      const where = whereClause(
        relatedCondition(related, row, inner),
        predicate.where && predicateSql(predicate.where, inner, aliases),
      );
      return sql<Value>`exists (select from ${fromItem(related.source, alias, row)}${where})`;
    }
    case 'compare':
      return comparison(predicate, row, aliases);
  }
}

function comparison(
  predicate: Extract<Predicate, { kind: 'compare' }>,
  row: Row,
  aliases: Aliases,
): Fragment {
  const left = operandSql(predicate.operand, row, aliases);
  const right = bound(predicate.value);
  const schema = operatorSchema(ownType(predicate.operand) ?? predicate.value.type);
  switch (predicate.operator) {
    case '= any':
      return sql<Value>`${left} ${operator('=', schema)} any (${right})`;
    case '<> all':
      return sql<Value>`${left} ${operator('<>', schema)} all (${right})`;
    case 'similar to':
    case 'not similar to':
      // SIMILAR TO is syntax for a regular expression match; the pattern function is the one PostgreSQL uses itself.
      return sql<Value>`${left} operator(pg_catalog.${
        predicate.operator === 'similar to' ? sql`~` : sql`!~`
      }) pg_catalog.similar_to_escape(${right}::pg_catalog.text)`;
    default:
      return sql<Value>`${left} ${operator(predicate.operator, schema)} ${right}`;
  }
}

function ownType(operand: Operand) {
  if (operand.kind === 'column') return operand.column.type;
  if (operand.kind === 'call') return withoutDomain(operand.call.routine.returnType);
  return 'type' in operand ? operand.type : undefined;
}
