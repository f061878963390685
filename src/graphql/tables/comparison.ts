/** `<scalar>_comparison_exp`: the operators of a type. */
import type { GraphQLNamedType } from 'graphql';
import type { PgType } from '../../data/catalog/catalog.ts';
import type { ApiTable } from '../../data/catalog/model.ts';
import { elementType, isList, scalarName } from '../../data/catalog/scalar-name.ts';
import type { Operand, Operator, Predicate, Value } from '../../data/plan/expression.ts';
import { AppError, invariant } from '../../errors.ts';
import { bindable, constantOf, type Input } from '../lower/input.ts';
import type { Selection } from '../lower/selection.ts';
import { enumTableType, scalarOf } from './column-type.ts';
import { lowerInputFields } from './input-fields.ts';
import type { InputFieldDefinition, Registry } from './registry.ts';

/** What an operator says of an operand. */
export type LowerComparison = (
  input: Input,
  selection: Selection,
  path: string,
  operand: Operand,
) => Predicate;

const COMMON: Record<string, Operator> = { _eq: '=', _neq: '<>', _gt: '>', _lt: '<', _gte: '>=', _lte: '<=' };
const TEXT_PATTERNS: Record<string, Operator> = {
  _like: '~~',
  _nlike: '!~~',
  _ilike: '~~*',
  _nilike: '!~~*',
  _similar: 'similar to',
  _nsimilar: 'not similar to',
  _regex: '~',
  _nregex: '!~',
  _iregex: '~*',
  _niregex: '!~*',
};
const TEXTS = ['text', 'varchar', 'bpchar', 'citext'];

export function comparisonType(registry: Registry, type: PgType): GraphQLNamedType {
  const scalar = scalarOf(registry, type);
  const list = isList(type);
  const name = `${scalar.name}${list ? '_array' : ''}_comparison_exp`;
  const description = `Boolean expression to compare columns of type "${scalar.name}". All fields are combined with logical 'AND'.`;
  return registry.input(name, description, () => {
    const own = { type: scalar, list };
    const fields = common(registry, own);
    const plain = elementType(type).name;
    if (list) Object.assign(fields, containment(own));
    else if (TEXTS.includes(plain)) Object.assign(fields, operators(TEXT_PATTERNS, { type: scalar }));
    else if (plain === 'jsonb') Object.assign(fields, jsonb(registry, scalar));
    else if (plain === 'ltree') Object.assign(fields, ltree(registry, scalar));
    return fields;
  });
}

/** A column whose values are the keys of an enum table. */
export function enumComparisonType(registry: Registry, table: ApiTable): GraphQLNamedType {
  const type = enumTableType(registry, table);
  const name = `${type.name}_comparison_exp`;
  return registry.input(name, `Boolean expression to compare columns of type "${type.name}".`, () => ({
    ...operators({ _eq: '=', _neq: '<>' }, { type }),
    ...membership({ type }),
    ...nullTest(registry),
  }));
}

function common(
  registry: Registry,
  own: { type: GraphQLNamedType; list: boolean },
): Record<string, InputFieldDefinition> {
  return { ...operators(COMMON, own), ...membership(own), ...nullTest(registry) };
}

type Use = Pick<InputFieldDefinition, 'type' | 'list'>;

function operators(table: Record<string, Operator>, use: Use): Record<string, InputFieldDefinition> {
  return Object.fromEntries(
    Object.entries(table).map(([name, operator]) => [name, { ...use, lower: compare(operator, ownType) }]),
  );
}

/** `_in`, `_nin`. An array column is compared with each list by itself: `any` would flatten them. */
function membership({ type, list = false }: Use): Record<string, InputFieldDefinition> {
  const each = (single: Operator, many: Operator, kind: 'and' | 'or'): LowerComparison => {
    const compareMany = compare(many, ownType, true);
    const compareOne = compare(single, ownType);
    return (input, selection, path, operand) => {
      if (!list) return compareMany(input, selection, path, operand);
      if (input.kind === 'null') throw unexpectedNull(scalarName(ownType(operand)) ?? 'array', path);
      const items = input.kind === 'list' ? input.items : [];
      return { kind, all: items.map((item) => compareOne(item, selection, path, operand)) };
    };
  };
  const lists = { type, list: true, ...(list ? { nested: true } : {}) };
  return {
    _in: { ...lists, lower: each('=', '= any', 'or') },
    _nin: { ...lists, lower: each('<>', '<> all', 'and') },
  };
}

function nullTest(registry: Registry): Record<string, InputFieldDefinition> {
  const lower: LowerComparison = (input, selection, path, operand) => {
    const isNull = constantOf(input, selection.context.variables);
    if (isNull === null) throw unexpectedNull('Boolean', path);
    return { kind: 'null', operand, isNull: isNull === true };
  };
  return { _is_null: { type: registry.scalar('Boolean'), lower } };
}

function containment(use: Use): Record<string, InputFieldDefinition> {
  return operators({ _contains: '@>', _contained_in: '<@' }, use);
}

function jsonb(registry: Registry, scalar: GraphQLNamedType): Record<string, InputFieldDefinition> {
  const text = registry.builtIn('text');
  const string = registry.scalar('String');
  const castToText: LowerComparison = (input, selection, path, operand) => {
    const all = lowerInputFields<LowerComparison, Predicate>(asObject(input, path), (lower, value, name) =>
      lower(value, selection, `${path}.${name}`, { kind: 'text', operand, type: text }),
    );
    return { kind: 'and', all };
  };
  const asString: LowerComparison = (input, selection, path, operand) => {
    const all = lowerInputFields<LowerComparison, Predicate>(asObject(input, path), (lower, value, name) =>
      lower(value, selection, `${path}.${name}`, operand),
    );
    return { kind: 'and', all };
  };
  const cast = registry.input('jsonb_cast_exp', undefined, () => ({
    String: { type: comparisonType(registry, text), lower: asString },
  }));
  return {
    ...containment({ type: scalar }),
    _has_key: { type: string, lower: compare('?', () => text) },
    _has_keys_any: { type: string, list: true, lower: compare('?|', () => text, true) },
    _has_keys_all: { type: string, list: true, lower: compare('?&', () => text, true) },
    _cast: { type: cast, lower: castToText },
  };
}

function ltree(registry: Registry, scalar: GraphQLNamedType): Record<string, InputFieldDefinition> {
  const sibling = (name: string) => (operand: Operand) => {
    const { schema } = ownType(operand);
    const type = [...registry.visible.model.catalog.types.values()].find(
      (one) => one.schema === schema && one.name === name,
    );
    invariant(type, `type ${name} comes with ltree`);
    return type;
  };
  const query = registry.scalar('lquery');
  return {
    _ancestor: { type: scalar, lower: compare('@>', ownType) },
    _descendant: { type: scalar, lower: compare('<@', ownType) },
    _ancestor_any: { type: scalar, list: true, lower: compare('@>', ownType, true) },
    _descendant_any: { type: scalar, list: true, lower: compare('<@', ownType, true) },
    _matches: { type: query, lower: compare('~', sibling('lquery')) },
    _matches_any: {
      type: registry.scalar('String'),
      list: true,
      lower: compare('?', sibling('lquery'), true),
    },
    _matches_fulltext: { type: registry.scalar('ltxtquery'), lower: compare('@', sibling('ltxtquery')) },
  };
}

/** `operand <operator> $n`, the value being of the given type or a list of it. */
function compare(operator: Operator, typeOf: (operand: Operand) => PgType, list = false): LowerComparison {
  return (input, _selection, path, operand) => {
    const type = typeOf(operand);
    if (input.kind === 'null') throw unexpectedNull(scalarName(type) ?? type.name, path);
    // One value where a list is asked for is a list of one, as everywhere in GraphQL.
    const value: Value = { value: bindable(input), type, ...(list ? { list } : {}) };
    return { kind: 'compare', operand, operator, value };
  };
}

function ownType(operand: Operand): PgType {
  const type =
    operand.kind === 'column'
      ? operand.column.type
      : operand.kind === 'call'
        ? operand.call.routine.returnType
        : undefined;
  const result = type ?? ('type' in operand ? operand.type : undefined);
  invariant(result, `operand ${operand.kind} has a type`);
  return result;
}

function asObject(input: Input, path: string): Extract<Input, { kind: 'object' }> {
  if (input.kind === 'object') return input;
  throw new AppError('validation-failed', 'expected an object, but found null', { path });
}

function unexpectedNull(type: string, path: string): AppError {
  return new AppError('validation-failed', `unexpected null value for type '${type}'`, { path });
}
