/** Brings both answers into one form: rows that no order ties down are sorted, so that they compare as a bag. */
import type { Json } from './evaluate.ts';
import type { AggregateModel, ArgsModel, FieldModel, QueryModel, RootModel } from './query-model.ts';

export function canonical(data: Json, { roots }: QueryModel): Json {
  const answer = data as { [key: string]: Json };
  return Object.fromEntries(
    roots.map((root, index) => [`root${index}`, canonicalRoot(answer[`root${index}`] as Json, root)]),
  );
}

function canonicalRoot(value: Json, root: RootModel): Json {
  if (root.kind === 'list') return canonicalRows(value, root.args, root.fields);
  if (root.kind === 'aggregate') return canonicalAggregate(value, root.args, root.aggregate);
  return canonicalRow(value, root.fields);
}

function canonicalRows(value: Json, args: ArgsModel, fields: readonly FieldModel[]): Json {
  const rows = (value as Json[]).map((row) => canonicalRow(row, fields));
  if (args.total) return rows;
  return rows
    .map((row): [string, Json] => [JSON.stringify(row), row])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row);
}

function canonicalRow(value: Json, fields: readonly FieldModel[]): Json {
  if (value === null) return null;
  const row = value as { [key: string]: Json };
  return Object.fromEntries(
    fields.map((field): [string, Json] => {
      const inner = row[field.alias] as Json;
      if (field.kind === 'object') return [field.alias, canonicalRow(inner, field.fields)];
      if (field.kind === 'array') return [field.alias, canonicalRows(inner, field.args, field.fields)];
      if (field.kind === 'aggregate')
        return [field.alias, canonicalAggregate(inner, field.args, field.aggregate)];
      return [field.alias, inner];
    }),
  );
}

function canonicalAggregate(value: Json, args: ArgsModel, { nodes }: AggregateModel): Json {
  const { aggregate, nodes: rows } = value as { aggregate: Json; nodes?: Json };
  return nodes ? { aggregate, nodes: canonicalRows(rows as Json, args, nodes) } : { aggregate };
}
