/** Functions as root fields, and functions of a table's row as computed fields. */
import type { Catalog, Routine, RoutineParameter, Table } from './catalog.ts';
import type { FunctionMetadata, Metadata } from './metadata.ts';
import type { ApiCall, ApiComputedField, ApiFunction, ApiTable } from './model.ts';
import type { Names } from './names.ts';
import { isVoid, scalarName } from './scalar-name.ts';

type Tables = ReadonlyMap<Table, ApiTable>;

/** Root fields: functions that return rows of a known table, or scalars. Those of a table's row are computed fields instead. */
export function functionsOf(
  catalog: Catalog,
  metadata: Metadata,
  tables: Tables,
  names: Names,
): ApiFunction[] {
  const tracked: { routine: Routine; settings: FunctionMetadata | undefined }[] =
    metadata.tables === undefined
      ? derivedFunctions(catalog, metadata)
      : metadata.functions.flatMap((settings) => {
          const routines = byName(catalog, settings.schema, settings.name);
          if (routines.length === 0)
            names.warn(
              `the metadata file names function ${settings.schema}.${settings.name}, which does not exist`,
            );
          return routines.map((routine) => ({ routine, settings }));
        });
  const overloaded = duplicates(tracked.map(({ routine }) => `${routine.schema}.${routine.name}`));
  return tracked.flatMap(({ routine, settings }): ApiFunction[] => {
    const label = `function ${routine.schema}.${routine.name}`;
    const returns = routine.returnTable && tables.get(routine.returnTable);
    if ((!returns && !returnsScalar(routine)) || routine.variadic) {
      if (settings)
        names.warn(`${label} is left out: it returns neither rows of a table of the API nor a scalar`);
      return [];
    }
    if (overloaded.has(`${routine.schema}.${routine.name}`)) {
      names.warn(`${label} is left out: GraphQL cannot tell its overloads apart`);
      return [];
    }
    const rowArgument =
      settings === undefined &&
      routine.parameters.some(
        ({ type }) => type.relation !== 0 && type.kind === 'composite' && catalog.findTableByRowType(type),
      );
    if (rowArgument) return [];
    const call = describeCall(routine, undefined, settings?.sessionArgument ?? undefined, label, names);
    if (!call) return [];
    const base =
      settings?.customName ??
      (routine.schema === 'public' ? routine.name : `${routine.schema}_${routine.name}`);
    const given = (key: string, fallback: string) => {
      const entry = settings?.rootFields[key];
      return (typeof entry === 'string' ? entry : entry?.name) ?? fallback;
    };
    const name = given('function', base);
    const aggregateName = given('function_aggregate', `${base}_aggregate`);
    const fields = returns ? [name, aggregateName] : [name];
    if (!names.check(name, label) || !names.claimRootFields(fields, label)) return [];
    if (call.arguments.length > 0 && !names.claimTypes([`${name}_args`], label)) return [];
    const exposedAs = settings?.exposedAs ?? (routine.volatility === 'volatile' ? 'mutation' : 'query');
    return [
      { ...call, name, aggregateName, comment: settings?.comment ?? routine.comment, exposedAs, returns },
    ];
  });
}

/** One value or many, or nothing at all. */
function returnsScalar({ returnType, resultColumns }: Routine): boolean {
  if (isVoid(returnType)) return true;
  // Rows of a table are never handed out as a value: its grants would not count.
  const isRow = returnType.relation !== 0 && returnType.fields.length === 0;
  return resultColumns.length === 0 && !isRow && scalarName(returnType) !== undefined;
}

function derivedFunctions(catalog: Catalog, metadata: Metadata) {
  return catalog.routines.map((routine) => ({
    routine,
    settings: metadata.functions.find((one) => one.schema === routine.schema && one.name === routine.name),
  }));
}

/** Functions whose first (or declared) argument is the row of this table. */
export function computedFieldsOf(
  table: ApiTable,
  catalog: Catalog,
  metadata: Metadata,
  tables: Tables,
  names: Names,
): ApiComputedField[] {
  const declared = metadata.computedFields.filter(
    (one) => one.table.schema === table.table.schema && one.table.name === table.table.name,
  );
  const derived =
    metadata.tables === undefined
      ? derivedComputedFields(
          table,
          catalog,
          declared.map((one) => one.function),
        )
      : [];
  const taken = new Set([...table.columns, ...table.relationships].map((one) => one.name));
  const found: ApiComputedField[] = [];
  for (const one of [...declared, ...derived]) {
    const label = `computed field ${table.name}.${one.name}`;
    const routine = byName(catalog, one.function.schema, one.function.name).find((candidate) =>
      rowParameterOf(candidate, table.table, one.tableArgument ?? undefined),
    );
    const rowParameter = routine && rowParameterOf(routine, table.table, one.tableArgument ?? undefined);
    if (!routine || !rowParameter || routine.variadic) {
      names.warn(
        `${label} is left out: no function ${one.function.schema}.${one.function.name} takes a row of ${table.name}`,
      );
      continue;
    }
    if (routine.volatility === 'volatile' && metadata.tables === undefined) continue;
    const returns = routine.returnTable && tables.get(routine.returnTable);
    const scalar =
      !routine.returnsSet &&
      routine.resultColumns.length === 0 &&
      scalarName(routine.returnType) !== undefined;
    if (!returns && !scalar) {
      names.warn(`${label} is left out: it returns neither a scalar nor rows of a table of the API`);
      continue;
    }
    if (!names.check(one.name, label)) continue;
    if (taken.has(one.name)) {
      names.warn(`${label} is left out: the name is taken`);
      continue;
    }
    const call = describeCall(routine, rowParameter, one.sessionArgument ?? undefined, label, names);
    if (!call) continue;
    if (call.arguments.length > 0 && !names.claimTypes([`${one.name}_${table.name}_args`], label)) continue;
    taken.add(one.name);
    // A table whose comment the file has emptied takes none from the database for what belongs to it.
    const comment = one.comment ?? (table.comment === '' ? '' : routine.comment);
    found.push({ ...call, name: one.name, comment, returns });
  }
  return found;
}

function derivedComputedFields(
  table: ApiTable,
  catalog: Catalog,
  known: readonly { schema: string; name: string }[],
) {
  const candidates = catalog.routines.filter(
    (routine) =>
      rowParameterOf(routine, table.table, undefined) !== undefined &&
      !known.some((one) => one.schema === routine.schema && one.name === routine.name),
  );
  return candidates.map((routine) => ({
    name: routine.name,
    function: { schema: routine.schema, name: routine.name },
    tableArgument: undefined,
    sessionArgument: undefined,
    comment: undefined,
  }));
}

function rowParameterOf(
  routine: Routine,
  table: Table,
  name: string | undefined,
): RoutineParameter | undefined {
  const parameter =
    name === undefined ? routine.parameters[0] : routine.parameters.find((one) => one.name === name);
  return parameter?.type.relation === table.oid ? parameter : undefined;
}

function describeCall(
  routine: Routine,
  rowParameter: RoutineParameter | undefined,
  sessionArgument: string | undefined,
  label: string,
  names: Names,
): ApiCall | undefined {
  const sessionParameter = routine.parameters.find(
    (one) => sessionArgument !== undefined && one.name === sessionArgument,
  );
  if (sessionArgument !== undefined && !['json', 'jsonb'].includes(sessionParameter?.type.name ?? '')) {
    names.warn(`${label} is left out: its session argument ${sessionArgument} must be of type json or jsonb`);
    return undefined;
  }
  let unnamed = 0;
  const open = routine.parameters.filter((one) => one !== rowParameter && one !== sessionParameter);
  const list = open.map((parameter) => {
    unnamed += parameter.name === '' ? 1 : 0;
    return { name: parameter.name === '' ? `arg_${unnamed}` : parameter.name, parameter };
  });
  if (
    !list.every(
      ({ name, parameter }) =>
        names.check(name, `argument of ${label}`) && scalarName(parameter.type) !== undefined,
    )
  )
    return undefined;
  return { routine, arguments: list, rowParameter, sessionParameter };
}

function byName(catalog: Catalog, schema: string, name: string): Routine[] {
  return catalog.routines.filter((routine) => routine.schema === schema && routine.name === name);
}

function duplicates(list: readonly string[]): Set<string> {
  return new Set(list.filter((one, index) => list.indexOf(one) !== index));
}
