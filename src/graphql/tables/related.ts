/** `_related`: what becomes of the rows related to the one that `update_T_by_pk` updates. */
import type { GraphQLNamedType } from 'graphql';
import type { Relationship } from '../../data/catalog/catalog.ts';
import type { VisibleRelationship, VisibleTable, WritableTable } from '../../data/catalog/visible.ts';
import type { Predicate } from '../../data/plan/expression.ts';
import type { RelatedWrite, SetColumn } from '../../data/plan/write.ts';
import { AppError, invariant } from '../../errors.ts';
import { bindable, constantOf, type Input } from '../lower/input.ts';
import type { Selection } from '../lower/selection.ts';
import { Conflicts } from './conflict.ts';
import { lowerInputFields } from './input-fields.ts';
import { type LowerInsertField, nestedInsertField } from './insert.ts';
import { keyPredicate, keyType } from './key.ts';
import { lowerSet, operatorArguments, updatesType } from './operators.ts';
import type { InputFieldDefinition, Registry } from './registry.ts';
import { boolExpType, lowerWhere } from './where.ts';

/** Columns of our own row that change, and writes to other rows. */
interface Related {
  readonly set: readonly SetColumn[];
  readonly writes: readonly RelatedWrite[];
}

type LowerVerb = (input: Input, selection: Selection, path: string) => Related;

/** What is written first: a place is made free before somebody else takes it. */
const ORDER = ['delete', 'disconnect', 'update', 'connect', 'insert'];

const NOTHING: Related = { set: [], writes: [] };

export function relatedArgument(
  registry: Registry,
  table: WritableTable,
): Record<string, InputFieldDefinition> {
  const { api, visible } = table;
  const typeName = registry.additionsOf(api).related;
  if (!visible || !typeName) return {};
  const fields = visible.relationships.flatMap((one): [string, InputFieldDefinition][] => {
    const target = registry.writableTable(one.api.target);
    const verbs = target ? verbsOf(registry, table, one, target) : {};
    if (Object.keys(verbs).length === 0) return [];
    const type = registry.input(`${typeName}_${one.api.name}`, undefined, () => verbs);
    return [[one.api.name, { type, lower: lowerVerbs }]];
  });
  if (fields.length === 0) return {};
  const type = registry.input(typeName, `writes to rows related to one of "${api.name}"`, () =>
    Object.fromEntries(fields),
  );
  return { _related: { type, description: 'writes to the rows related to this one' } };
}

export function lowerRelated(selection: Selection): Related {
  const input = selection.argument('_related');
  if (input?.kind !== 'object') return NOTHING;
  return merged(
    lowerInputFields<LowerVerb, Related>(input, (lower, value, name) =>
      lower(value, selection, `${selection.path}.args._related.${name}`),
    ),
  );
}

const lowerVerbs: LowerVerb = (input, selection, path) => {
  if (input.kind !== 'object') return NOTHING;
  const verbs = lowerInputFields<LowerVerb, [string, Related]>(input, (lower, value, name) => [
    name,
    lower(value, selection, `${path}.${name}`),
  ]);
  const sorted = verbs.sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return merged(sorted.map(([, one]) => one));
};

function merged(parts: readonly Related[]): Related {
  return { set: parts.flatMap(({ set }) => set), writes: parts.flatMap(({ writes }) => writes) };
}

function verbsOf(
  registry: Registry,
  table: WritableTable,
  { api, target: visible }: VisibleRelationship,
  target: WritableTable,
): Record<string, InputFieldDefinition> {
  const { relationship } = api;
  if (relationship.forward) return forwardVerbs(registry, table, relationship, visible, target);
  const isList = api.kind === 'array';
  return {
    ...(isList ? listVerbs : oneVerbs)(registry, relationship, visible, target),
    ...(target.mayInsert ? { insert: insertVerb(registry, api, target) } : {}),
  };
}

/** The key stands on our side: connecting and disconnecting changes our own row. */
function forwardVerbs(
  registry: Registry,
  table: WritableTable,
  relationship: Relationship,
  visible: VisibleTable,
  target: WritableTable,
): Record<string, InputFieldDefinition> {
  const fields: Record<string, InputFieldDefinition> = {};
  const ours = relationship.columns.map(([column]) => column);
  const mayChange = ours.every((column) => table.updatable.some((one) => one.column === column));
  const nullable = ours.filter((column) => !column.notNull);
  const clear = nullable.map(
    (column): SetColumn => ({ column, operator: '=', value: { value: null, type: column.type } }),
  );
  const { primaryKey } = visible;
  const pairs = primaryKey?.map((key) => ({
    key,
    ours: relationship.columns.find(([, theirs]) => theirs === key.column)?.[0],
  }));
  if (mayChange && pairs && pairs.length === ours.length && pairs.every((pair) => pair.ours !== undefined)) {
    const lower: LowerVerb = (input) => {
      if (input.kind !== 'object') return NOTHING;
      const set = pairs.map(({ key, ours: column }): SetColumn => {
        const given = input.fields.find((one) => one.name === key.name)?.input;
        invariant(given && column, 'all columns of the key are given');
        return { column, operator: '=', value: { value: bindable(given), type: column.type } };
      });
      return { set, writes: [] };
    };
    fields.connect = { type: keyType(registry, visible, primaryKey!), lower };
  }
  if (mayChange && clear.length > 0)
    fields.disconnect = switchField(registry, () => ({ set: clear, writes: [] }));
  if (target.mayDelete)
    fields.delete = switchField(registry, (path) => {
      // A row that is still pointed at could not go.
      const set = mayChange ? clear : [];
      return { set, writes: [{ kind: 'delete', relationship, path, where: undefined, former: true }] };
    });
  return { ...fields, ...updateOneVerb(registry, relationship, target) };
}

/** At most one row points at us. */
function oneVerbs(
  registry: Registry,
  relationship: Relationship,
  visible: VisibleTable,
  target: WritableTable,
): Record<string, InputFieldDefinition> {
  const fields = updateOneVerb(registry, relationship, target);
  if (target.mayDelete)
    fields.delete = switchField(registry, (path) => ({
      set: [],
      writes: [{ kind: 'delete', relationship, path, where: undefined, former: false }],
    }));
  const { connectable, disconnectable } = mayPoint(relationship, target);
  if (disconnectable)
    fields.disconnect = switchField(registry, (path) => ({
      set: [],
      writes: [{ kind: 'disconnect', relationship, path, where: undefined }],
    }));
  const { primaryKey } = visible;
  if (connectable && primaryKey) fields.connect = connectVerb(registry, relationship, visible, false);
  return fields;
}

function listVerbs(
  registry: Registry,
  relationship: Relationship,
  visible: VisibleTable,
  target: WritableTable,
): Record<string, InputFieldDefinition> {
  const fields: Record<string, InputFieldDefinition> = {};
  if (target.updatable.length > 0) {
    const lower: LowerVerb = (input, selection, path) => ({
      set: [],
      writes: itemsOf(input).flatMap(({ item, path: own }) => {
        const at = `${path}${own}`;
        const given = (name: string) =>
          item.kind === 'object' ? item.fields.find((one) => one.name === name)?.input : undefined;
        const set = lowerSet(given, at);
        const where = lowerWhere(selection, given('where'), `${at}.where`);
        return set.length === 0 ? [] : [{ kind: 'update', relationship, path: at, set, where }];
      }),
    });
    fields.update = { type: updatesType(registry, target, visible), list: true, lower };
  }
  if (target.mayDelete) {
    const lower: LowerVerb = (input, selection, path) => ({
      set: [],
      writes: [
        { kind: 'delete', relationship, path, where: lowerWhere(selection, input, path), former: false },
      ],
    });
    fields.delete = { type: boolExpType(registry, visible), lower };
  }
  const { connectable, disconnectable } = mayPoint(relationship, target);
  const { primaryKey } = visible;
  if (connectable && primaryKey) fields.connect = connectVerb(registry, relationship, visible, true);
  if (disconnectable && primaryKey) {
    const lower: LowerVerb = (input, _selection, path) => {
      const where = keysPredicate(input, primaryKey);
      return { set: [], writes: where ? [{ kind: 'disconnect', relationship, path, where }] : [] };
    };
    fields.disconnect = { type: keyType(registry, visible, primaryKey), list: true, lower };
  }
  return fields;
}

function mayPoint({ columns }: Relationship, target: WritableTable) {
  const theirs = columns.map(([, column]) => column);
  const connectable = theirs.every((column) => target.updatable.some((one) => one.column === column));
  return { connectable, disconnectable: connectable && theirs.some((column) => !column.notNull) };
}

function connectVerb(
  registry: Registry,
  relationship: Relationship,
  visible: VisibleTable,
  list: boolean,
): InputFieldDefinition {
  const key = visible.primaryKey!;
  const lower: LowerVerb = (input, _selection, path) => {
    const where = keysPredicate(input, key);
    const count = itemsOf(input).length;
    return { set: [], writes: where ? [{ kind: 'connect', relationship, path, where, count }] : [] };
  };
  return { type: keyType(registry, visible, key), list, lower };
}

/** One of these keys; undefined where none is given. */
function keysPredicate(input: Input, key: NonNullable<VisibleTable['primaryKey']>): Predicate | undefined {
  const items = itemsOf(input).flatMap(({ item }) => (item.kind === 'object' ? [item] : []));
  const [only] = key;
  const given = (item: (typeof items)[number], name: string) =>
    item.fields.find((one) => one.name === name)?.input;
  if (items.length === 0) return undefined;
  if (key.length === 1 && only) {
    const values = items.map((item) => bindable(given(item, only.name)!));
    const operand = { kind: 'column', column: only.column } as const;
    return {
      kind: 'compare',
      operand,
      operator: '= any',
      value: { value: values, type: only.column.type, list: true },
    };
  }
  return { kind: 'or', all: items.map((item) => keyPredicate(key, (name) => given(item, name))) };
}

function updateOneVerb(
  registry: Registry,
  relationship: Relationship,
  target: WritableTable,
): Record<string, InputFieldDefinition> {
  const name = registry.additionsOf(target.api).operators;
  if (target.updatable.length === 0 || !name) return {};
  const lower: LowerVerb = (input, _selection, path) => {
    const given = (name: string) =>
      input.kind === 'object' ? input.fields.find((one) => one.name === name)?.input : undefined;
    const set = lowerSet(given, path);
    const writes: RelatedWrite[] =
      set.length === 0 ? [] : [{ kind: 'update', relationship, path, set, where: undefined }];
    return { set: [], writes };
  };
  const type: GraphQLNamedType = registry.input(name, `changes to a row of "${target.api.name}"`, () =>
    operatorArguments(registry, target),
  );
  return { update: { type, lower } };
}

function insertVerb(
  registry: Registry,
  api: VisibleRelationship['api'],
  target: WritableTable,
): InputFieldDefinition {
  const field = nestedInsertField(registry, { ...api, insertedAfter: true }, target);
  const lower: LowerVerb = (input, selection, path) => {
    const part = (field.lower as LowerInsertField)(
      input,
      { selection, conflicts: new Conflicts(selection) },
      path,
    );
    if (!part || !('nested' in part)) return NOTHING;
    const { relationship, level } = part.nested;
    return { set: [], writes: [{ kind: 'insert', relationship, level, path }] };
  };
  return { type: field.type, lower };
}

function switchField(registry: Registry, write: (path: string) => Related): InputFieldDefinition {
  const lower: LowerVerb = (input, selection, path) => {
    const isOn = constantOf(input, selection.context.variables);
    if (isOn === null)
      throw new AppError('validation-failed', "unexpected null value for type 'Boolean'", { path });
    return isOn === true ? write(path) : NOTHING;
  };
  return { type: registry.scalar('Boolean'), lower };
}

function itemsOf(input: Input): { item: Input; path: string }[] {
  if (input.kind === 'list') return input.items.map((item, index) => ({ item, path: `[${index}]` }));
  return input.kind === 'null' ? [] : [{ item: input, path: '' }];
}
