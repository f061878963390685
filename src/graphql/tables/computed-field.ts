/** Computed fields: functions of the row, with a scalar or rows of a table as result. */

import { elementType, isList } from '../../data/catalog/scalar-name.ts';
import type { VisibleComputedField, VisibleTable } from '../../data/catalog/visible.ts';
import type { Source } from '../../data/plan/expression.ts';
import type { Shape } from '../../data/plan/plan.ts';
import { isWideNumber } from '../../data/sql/encode.ts';
import type { LowerField, Selection } from '../lower/selection.ts';
import { argsArgument, lowerCall } from './call.ts';
import { typeUse } from './column-type.ts';
import { listArguments, lowerList, lowerOne } from './list.ts';
import { jsonPath, lowerObject, objectType } from './object.ts';
import type { OutputField, Registry } from './registry.ts';

export function computedField(
  registry: Registry,
  table: VisibleTable,
  computed: VisibleComputedField,
): OutputField {
  const { api, returns } = computed;
  const { routine } = api;
  const args = argsArgument(registry, api, `${api.name}_${table.api.name}_args`);
  const description = api.comment ?? `A computed field, executes function "${routine.name}"`;
  const call = (selection: Selection) =>
    lowerCall(api, selection.argument('args'), `${selection.path}.args.args`);
  if (!returns) {
    const takesPath =
      !isList(routine.returnType) && ['json', 'jsonb'].includes(elementType(routine.returnType).name);
    const asText = registry.visible.model.stringifyNumericTypes && isWideNumber(routine.returnType);
    const lower: LowerField<Shape> = (selection) => ({
      kind: 'call',
      call: call(selection),
      path: takesPath ? jsonPath(registry, selection) : undefined,
      asText,
    });
    const path = takesPath ? { path: { type: registry.scalar('String') } } : {};
    return { ...typeUse(registry, routine.returnType), args: { ...args, ...path }, lower, description };
  }
  const source = (selection: Selection): Source => ({
    kind: 'routine',
    table: returns.api.table,
    call: call(selection),
  });
  if (routine.returnsSet) {
    const lower: LowerField<Shape> = (selection) => ({
      kind: 'relation',
      relationship: undefined,
      read: lowerList(registry, selection, returns, source(selection), lowerObject(selection)),
    });
    return {
      type: objectType(registry, returns),
      list: true,
      args: { ...args, ...listArguments(registry, returns) },
      lower,
      description,
    };
  }
  const lower: LowerField<Shape> = (selection) => ({
    kind: 'relation',
    relationship: undefined,
    read: lowerOne(source(selection), lowerObject(selection)),
  });
  return { type: objectType(registry, returns), args, lower, description };
}
