/** The arguments of functions and computed fields: `args`, and the routine call that they make. */
import type { ApiCall } from '../../data/catalog/model.ts';
import type { Argument, RoutineCall } from '../../data/plan/expression.ts';
import { AppError } from '../../errors.ts';
import { bindable, type Input } from '../lower/input.ts';
import { typeUse } from './column-type.ts';
import type { InputFieldDefinition, Registry } from './registry.ts';

/** The `args` argument; none where the function takes no argument that a caller may give. */
export function argsArgument(
  registry: Registry,
  api: ApiCall,
  typeName: string,
): Record<string, InputFieldDefinition> {
  if (api.arguments.length === 0) return {};
  const type = registry.input(typeName, undefined, () =>
    Object.fromEntries(api.arguments.map(({ name, parameter }) => [name, typeUse(registry, parameter.type)])),
  );
  return { args: { type, nonNull: api.arguments.some(({ parameter }) => !parameter.hasDefault) } };
}

/** An omitted argument takes its default; of unnamed ones only the last may be omitted. Explicit null passes NULL. */
export function lowerCall(api: ApiCall, args: Input | undefined, path: string): RoutineCall {
  const given = new Map(args?.kind === 'object' ? args.fields.map(({ name, input }) => [name, input]) : []);
  const list: Argument[] = [];
  let omittedUnnamed = false;
  for (const parameter of api.routine.parameters) {
    if (parameter === api.rowParameter) {
      list.push({ kind: 'row', parameter });
      continue;
    }
    if (parameter === api.sessionParameter) {
      list.push({ kind: 'session', parameter });
      continue;
    }
    const { name } = api.arguments.find((one) => one.parameter === parameter)!;
    const input = given.get(name);
    if (input) {
      if (parameter.name === '' && omittedUnnamed)
        throw new AppError('not-supported', 'Only last set of positional arguments can be omitted', { path });
      list.push({ kind: 'value', parameter, value: { value: bindable(input), type: parameter.type } });
    } else if (parameter.name === '') {
      omittedUnnamed = true;
    } else if (!parameter.hasDefault) {
      throw new AppError('not-supported', 'Non default arguments cannot be omitted', { path });
    }
  }
  if (
    omittedUnnamed &&
    api.routine.parameters
      .filter((one) => one.name === '')
      .some((one) => !one.hasDefault && !list.some((argument) => argument.parameter === one))
  )
    throw new AppError('not-supported', 'Non default arguments cannot be omitted', { path });
  return { routine: api.routine, args: list };
}

/** The call of a computed field that needs nothing beside the row. */
export function rowCall(api: ApiCall): RoutineCall {
  return lowerCall(api, undefined, '$');
}
