/** The root fields of tables and functions. */
import type { ApiFunction } from '../../data/catalog/model.ts';
import { isVoid } from '../../data/catalog/scalar-name.ts';
import type { VisibleFunction, VisibleTable } from '../../data/catalog/visible.ts';
import type { Source } from '../../data/plan/expression.ts';
import type { CallPlan, Plan } from '../../data/plan/plan.ts';
import { isWideNumber } from '../../data/sql/encode.ts';
import type { LowerField, Selection } from '../lower/selection.ts';
import { aggregateType, lowerAggregateRead } from './aggregate.ts';
import { argsArgument, lowerCall } from './call.ts';
import { typeUse } from './column-type.ts';
import { connectionField } from './connection.ts';
import { groupByField } from './group-by.ts';
import { keyArguments, keyPredicate } from './key.ts';
import { listArguments, lowerList, lowerOne } from './list.ts';
import { lowerObject, objectType } from './object.ts';
import type { InputFieldDefinition, OutputField, Registry } from './registry.ts';

export function tableRootFields(registry: Registry, table: VisibleTable): Record<string, OutputField> {
  const { name, rootFields } = table.api;
  const source: Source = { kind: 'table', table: table.api.table };
  const list: LowerField<Plan> = (selection) =>
    lowerList(registry, selection, table, source, lowerObject(selection));
  const aggregate: LowerField<Plan> = (selection) => lowerAggregateRead(registry, selection, table, source);
  const args = listArguments(registry, table);
  const type = objectType(registry, table);
  const fields: Record<string, OutputField> = {
    [rootFields.select.name]: {
      type,
      list: true,
      nonNull: true,
      args,
      lower: list,
      description: rootFields.select.comment ?? `fetch data from the table: "${name}"`,
    },
    [rootFields.select_aggregate.name]: {
      type: aggregateType(registry, table),
      nonNull: true,
      args,
      lower: aggregate,
      description: rootFields.select_aggregate.comment ?? `fetch aggregated fields from the table: "${name}"`,
    },
  };
  const { groupBy, connection } = registry.additionsOf(table.api);
  if (groupBy) fields[groupBy] = groupByField(registry, table, source);
  const pages = connection && connectionField(registry, table, source);
  if (pages) fields[connection] = pages;
  const { primaryKey } = table;
  if (!primaryKey) return fields;
  const byKey: LowerField<Plan> = (selection) =>
    lowerOne(source, lowerObject(selection), {
      where: keyPredicate(primaryKey, (name) => selection.argument(name)),
    });
  fields[rootFields.select_by_pk.name] = {
    type,
    args: keyArguments(registry, primaryKey),
    lower: byKey,
    description:
      rootFields.select_by_pk.comment ?? `fetch data from the table: "${name}" using primary key columns`,
  };
  return fields;
}

export function functionRootFields(
  registry: Registry,
  { api, returns }: VisibleFunction,
): Record<string, OutputField> {
  const args = argsArgument(registry, api, `${api.name}_args`);
  if (!returns) return { [api.name]: scalarFunctionField(registry, api, args) };
  const source = (selection: Selection): Source => ({
    kind: 'routine',
    table: returns.api.table,
    call: lowerCall(api, selection.argument('args'), `${selection.path}.args.args`),
  });
  const type = objectType(registry, returns);
  const name = api.routine.name;
  if (!api.routine.returnsSet) {
    const lower: LowerField<Plan> = (selection) => lowerOne(source(selection), lowerObject(selection));
    return {
      [api.name]: {
        type,
        args,
        lower,
        description: api.comment ?? `execute function "${name}" which returns "${returns.api.name}"`,
      },
    };
  }
  const list: LowerField<Plan> = (selection) =>
    lowerList(registry, selection, returns, source(selection), lowerObject(selection));
  const aggregate: LowerField<Plan> = (selection) =>
    lowerAggregateRead(registry, selection, returns, source(selection));
  const allArgs = { ...args, ...listArguments(registry, returns) };
  return {
    [api.name]: {
      type,
      list: true,
      nonNull: true,
      args: allArgs,
      lower: list,
      description: api.comment ?? `execute function "${name}" which returns "${returns.api.name}"`,
    },
    [api.aggregateName]: {
      type: aggregateType(registry, returns),
      nonNull: true,
      args: allArgs,
      lower: aggregate,
      description:
        api.comment ??
        `execute function "${name}" and query aggregates on result of table type "${returns.api.name}"`,
    },
  };
}

/** A value, a list of values, or of a function that returns nothing whether it ran. */
function scalarFunctionField(
  registry: Registry,
  api: ApiFunction,
  args: Record<string, InputFieldDefinition>,
): OutputField {
  const { routine } = api;
  const asText = registry.visible.model.stringifyNumericTypes && isWideNumber(routine.returnType);
  const lower: LowerField<CallPlan> = (selection) => ({
    kind: 'call',
    call: lowerCall(api, selection.argument('args'), `${selection.path}.args.args`),
    asText,
  });
  const description = api.comment ?? `execute function "${routine.name}"`;
  if (isVoid(routine.returnType))
    return { type: registry.scalar('Boolean'), nonNull: true, args, lower, description };
  const use = typeUse(registry, routine.returnType);
  if (!routine.returnsSet) return { ...use, args, lower, description };
  // Of arrays a list of lists; any of the values may be null.
  return {
    ...use,
    list: true,
    nested: use.list,
    nullableItems: true,
    nonNull: true,
    args,
    lower,
    description,
  };
}
