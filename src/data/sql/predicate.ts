/** Operands and predicates → SQL expressions over the rows in scope. */
import {
  empty,
  identifier,
  integer,
  join,
  keyword,
  literal,
  operator,
  type Sql,
  sql,
} from '../../database/sql.ts';
import { invariant } from '../../errors.ts';
import { type Column, type Relationship, withoutDomain } from '../catalog/catalog.ts';
import type { Aggregate, Operand, Predicate, Related, Value } from '../plan/expression.ts';
import { aggregateCall } from './aggregate.ts';
import type { Aliases } from './aliases.ts';
import { callSql } from './call.ts';
import { type Row, sourceRow } from './row.ts';
import { junctionAlias, relatedItem } from './source.ts';
import { operatorSchema, typeName } from './types.ts';
import { bound } from './value.ts';

type Fragment = Sql<Value>;

/** `theirs = ours and …`, by way of the junction where there is one. `alias` is that of the inner row. */
export function joinCondition(
  { columns, junction }: Relationship,
  outer: Row,
  inner: Row,
  alias: string,
): Fragment {
  const pairs = columns.map(
    ([ours, theirs]) => sql`${inner.column(theirs)} ${equality(ours, theirs)} ${outer.column(ours)}`,
  );
  if (!junction) return join(pairs, ' and ');
  const between = sourceRow(junction.table, junctionAlias(alias));
  const side =
    (row: Row) =>
    ([ours, theirs]: readonly [Column, Column]) =>
      sql`${between.column(ours)} ${equality(theirs, ours)} ${row.column(theirs)}`;
  return join([...junction.ours.map(side(outer)), ...junction.theirs.map(side(inner))], ' and ');
}

function equality(ours: Column, theirs: Column): Sql {
  const schema =
    operatorSchema(theirs.type) ?? (ours.type === theirs.type ? undefined : operatorSchema(ours.type));
  return operator('=', schema);
}

/** The condition that ties related rows to the outer row; none for a routine, whose arguments do it. */
export function relatedCondition(
  related: Related,
  outer: Row,
  inner: Row,
  alias: string,
): Fragment | undefined {
  return related.relationship && joinCondition(related.relationship, outer, inner, alias);
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
      const where = whereClause(relatedCondition(related, row, inner, alias));
      return sql<Value>`(select ${value} from ${relatedItem(related.source, related.relationship, alias, row)}${where} limit 1)`;
    }
    case 'ordinal': {
      const place = row.ordinal?.();
      invariant(place, 'rows of a WITH query have a place');
      return place;
    }
    case 'aggregate':
      return aggregateSubselect(operand.related, operand.aggregate, row, aliases);
    case 'grouped':
      return aggregateCall(
        operand.aggregate,
        operand.aggregate.operands.map((one) => operandSql(one, row, aliases)),
      );
    case 'cast':
      return sql<Value>`(${operandSql(operand.operand, row, aliases)})::${typeName(operand.type)}`;
    case 'represented': {
      const { schema, name } = operand.representation;
      return sql<Value>`${identifier(schema, name)}(${operandSql(operand.operand, row, aliases)})`;
    }
    case 'json':
      return jsonPathSql(operand, row, aliases);
    case 'constant':
      return integer(operand.value);
    case 'output':
      throw new Error('an entry of the answer is known to the read alone');
  }
}

/** What is no JSON is made it: rows and arrays can be walked too. */
function jsonPathSql(
  { operand, path }: Extract<Operand, { kind: 'json' }>,
  row: Row,
  aliases: Aliases,
): Fragment {
  const whole = operandSql(operand, row, aliases);
  const type = ownType(operand);
  const isJson = type !== undefined && ['json', 'jsonb'].includes(withoutDomain(type).name);
  let value = isJson ? whole : sql<Value>`pg_catalog.to_jsonb(${whole})`;
  let known = true;
  for (const { key, asText } of path) {
    // Keys are literals, so that an index on the expression can be found; with its own type no operator that somebody made
    // can be a better match. Below a text there is nothing: PostgreSQL says so.
    const name = typeof key === 'string' ? literal(key) : integer(key);
    const step = typeof key === 'number' ? sql`(${name})` : known ? sql`${name}::pg_catalog.text` : name;
    value = sql<Value>`(${value} ${operator(asText ? '->>' : '->')} ${step})`;
    known &&= !asText;
  }
  return value;
}

function aggregateSubselect(related: Related, aggregate: Aggregate, row: Row, aliases: Aliases): Fragment {
  const alias = aliases.next();
  const inner = sourceRow(related.source.table, alias);
  const value = aggregateCall(
    aggregate,
    aggregate.operands.map((operand) => operandSql(operand, inner, aliases)),
  );
  const where = whereClause(
    relatedCondition(related, row, inner, alias),
    aggregate.where && predicateSql(aggregate.where, inner, aliases),
  );
  return sql<Value>`(select ${value} from ${relatedItem(related.source, related.relationship, alias, row)}${where})`;
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
        relatedCondition(related, row, inner, alias),
        predicate.where && predicateSql(predicate.where, inner, aliases),
      );
      return sql<Value>`exists (select from ${relatedItem(related.source, related.relationship, alias, row)}${where})`;
    }
    case 'compare':
      return comparison(predicate, row, aliases);
    case 'distinct':
      return sql<Value>`${operandSql(predicate.operand, row, aliases)} is distinct from ${bound(predicate.value)}`;
    case 'truth':
      return sql<Value>`${operandSql(predicate.operand, row, aliases)} is ${keyword(predicate.is)}`;
    case 'text search':
      return textSearch(predicate, row, aliases);
  }
}

function textSearch(
  { operand, query, config, value }: Extract<Predicate, { kind: 'text search' }>,
  row: Row,
  aliases: Aliases,
): Fragment {
  const given = operandSql(operand, row, aliases);
  const type = ownType(operand);
  const by = config === undefined ? empty : sql`${literal(config)}::pg_catalog.regconfig, `;
  const isVector = type !== undefined && withoutDomain(type).name === 'tsvector';
  const vector = isVector ? given : sql<Value>`pg_catalog.to_tsvector(${by}${given})`;
  return sql<Value>`${vector} operator(pg_catalog.@@) pg_catalog.${keyword(query)}(${by}${bound(value)})`;
}

function comparison(
  predicate: Extract<Predicate, { kind: 'compare' }>,
  row: Row,
  aliases: Aliases,
): Fragment {
  const left = operandSql(predicate.operand, row, aliases);
  const right = bound(predicate.value);
  const schema = operatorSchema(ownType(predicate.operand) ?? predicate.value.type);
  if (predicate.quantifier !== undefined)
    return sql<Value>`${left} ${operator(predicate.operator, schema)} ${keyword(predicate.quantifier)} (${right})`;
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
