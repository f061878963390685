/** `T`: columns, relationships and computed fields of a table. */
import type { GraphQLNamedType, GraphQLObjectType } from 'graphql';
import { elementType, isList } from '../../data/catalog/scalar-name.ts';
import type { VisibleRelationship, VisibleTable } from '../../data/catalog/visible.ts';
import type { Value } from '../../data/plan/expression.ts';
import type { ObjectShape, ReadPlan, Shape } from '../../data/plan/plan.ts';
import { isWideNumber } from '../../data/sql/encode.ts';
import { AppError } from '../../errors.ts';
import { parseJsonPath } from '../../lib/json-path.ts';
import type { LowerField, Selection } from '../lower/selection.ts';
import { aggregateType, lowerAggregateRead } from './aggregate.ts';
import { columnTypeUse } from './column-type.ts';
import { computedField } from './computed-field.ts';
import { connectionField } from './connection.ts';
import { groupByField } from './group-by.ts';
import { listArguments, lowerList, lowerOne } from './list.ts';
import { isNode, nodeIdField, nodeInterface } from './node.ts';
import type { OutputField, Registry } from './registry.ts';

export function objectType(registry: Registry, table: VisibleTable): GraphQLNamedType {
  const { name, comment } = table.api;
  const description = comment === undefined ? `columns and relationships of "${name}"` : comment || undefined;
  const interfaces = () => (isNode(registry, table) ? [nodeInterface(registry)] : []);
  return registry.object(
    name,
    description,
    () => {
      const fields: Record<string, OutputField> = {};
      for (const column of table.columns) fields[column.name] = columnField(registry, table, column);
      for (const relationship of table.relationships)
        Object.assign(fields, relationshipFields(registry, relationship));
      for (const computed of table.computedFields)
        fields[computed.api.name] ??= computedField(registry, table, computed);
      for (const relationship of table.relationships)
        for (const [name, field] of Object.entries(relationshipAdditions(registry, relationship)))
          fields[name] ??= field;
      if (isNode(registry, table)) Object.assign(fields, nodeIdField(registry, table));
      return fields;
    },
    interfaces,
  );
}

const typename = (text: string): Shape => ({ kind: 'literal', text });

/** `concrete`: the type itself, where the field's is an interface. */
export function lowerObject(selection: Selection, concrete?: GraphQLObjectType): ObjectShape {
  return { kind: 'object', entries: selection.entries<Shape>(typename, concrete) };
}

export function columnField(
  registry: Registry,
  table: VisibleTable,
  api: VisibleTable['columns'][number],
): OutputField {
  const { column, comment } = api;
  const asText = registry.visible.model.stringifyNumericTypes && isWideNumber(column.type);
  const isView = table.api.table.kind === 'view' || table.api.table.kind === 'materialized view';
  const lower: LowerField<Shape> = (selection) => ({
    kind: 'column',
    column,
    path: jsonPath(registry, selection),
    asText,
  });
  return {
    ...columnTypeUse(registry, api),
    nonNull: column.notNull && !isView,
    description: comment,
    lower,
    ...(isJson(api) ? { args: { path: { type: registry.scalar('String') } } } : {}),
  };
}

function isJson({ column }: VisibleTable['columns'][number]): boolean {
  return !isList(column.type) && ['json', 'jsonb'].includes(elementType(column.type).name);
}

/** The `path` argument of a JSON field; undefined for the whole value. */
export function jsonPath(registry: Registry, selection: Selection): Value | undefined {
  const given = selection.constant('path');
  if (given === undefined) return undefined;
  const steps = parseJsonPath(String(given));
  if (steps === undefined)
    throw new AppError('parse-failed', `parse json path error: ${JSON.stringify(given)}`, {
      path: `${selection.path}.args.path`,
      hint: "Write it like $.a.b[0]['any key'].",
    });
  return steps.length === 0 ? undefined : { value: steps, type: registry.builtIn('text'), list: true };
}

function relationshipFields(
  registry: Registry,
  { api, target, certain }: VisibleRelationship,
): Record<string, OutputField> {
  const { name, relationship } = api;
  const source = { kind: 'table', table: target.api.table } as const;
  if (api.kind === 'object') {
    const lower: LowerField<Shape> = (selection) => ({
      kind: 'relation',
      relationship,
      // A key makes the other row unique; a declared relationship only claims it.
      read: lowerOne(source, lowerObject(selection), { limit: relationship.foreignKey ? undefined : 1 }),
    });
    return {
      [name]: {
        type: objectType(registry, target),
        nonNull: certain,
        lower,
        description: 'An object relationship',
      },
    };
  }
  const list: LowerField<Shape> = (selection) => ({
    kind: 'relation',
    relationship,
    read: lowerList(registry, selection, target, source, lowerObject(selection)),
  });
  const aggregate: LowerField<Shape> = (selection) => ({
    kind: 'relation',
    relationship,
    read: lowerAggregateRead(registry, selection, target, source),
  });
  const args = listArguments(registry, target);
  return {
    [name]: {
      type: objectType(registry, target),
      list: true,
      nonNull: true,
      args,
      lower: list,
      description: 'An array relationship',
    },
    [`${name}_aggregate`]: {
      type: aggregateType(registry, target),
      nonNull: true,
      args,
      lower: aggregate,
      description: 'An aggregate relationship',
    },
  };
}

/** Of a list: groups and pages of the related rows. */
function relationshipAdditions(
  registry: Registry,
  { api, target }: VisibleRelationship,
): Record<string, OutputField> {
  if (api.kind !== 'array') return {};
  const source = { kind: 'table', table: target.api.table } as const;
  const { groupBy, connection } = registry.additionsOf(target.api);
  const pages = connection && connectionField(registry, target, source);
  return {
    ...(groupBy ? { [`${api.name}_group_by`]: related(groupByField(registry, target, source), api) } : {}),
    ...(pages ? { [`${api.name}_connection`]: related(pages, api) } : {}),
  };
}

/** A read of rows of a table, narrowed to those that belong to the outer row. */
function related(field: OutputField, { relationship }: VisibleRelationship['api']): OutputField {
  const read = field.lower as LowerField<ReadPlan>;
  const lower: LowerField<Shape> = (selection) => ({ kind: 'relation', relationship, read: read(selection) });
  return { ...field, lower };
}
