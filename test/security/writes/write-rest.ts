/** What of a generated mutation REST can ask: a smaller mutation, and its request. */
import type { Json } from '../reference/evaluate.ts';
import { keptWhere, whereText } from '../reference/query-rest.ts';
import type { RestWrite } from '../reference/subject.ts';
import type { AnswerModel, ChangeModel, MutationModel, RowModel, WriteRootModel } from './write-model.ts';

export interface RestWriteQuestion extends RestWrite {
  /** The same mutation without what has no words in REST: the reference does this one. */
  readonly mutation: MutationModel;
  /** Below `/rest/v1`. */
  readonly path: string;
  /** The answer in the form in which GraphQL has it. */
  data(answer: Json): Json;
}

/** Undefined where nothing of it is left. */
export function toRestWrite(mutation: MutationModel): RestWriteQuestion | undefined {
  const [given] = mutation.roots;
  const root = given && keptRoot(given);
  if (!root) return undefined;
  const { relation, answer } = root;
  const { fields } = answer;
  const preferences = [fields ? 'return=representation' : 'return=minimal,count=exact'];
  const parameters: string[] = [];
  if (fields) {
    const columns = fields.map((field) =>
      field.kind === 'column' ? `${field.alias}:${field.column.name}` : '',
    );
    parameters.push(`select=${columns.join(',')}`);
  }
  let body: unknown;
  if (root.kind === 'insert') {
    body = root.rows.map(valuesOf);
    if (root.conflict) {
      parameters.push(`on_conflict=${root.conflict.constraint.columns.join(',')}`);
      preferences.push('resolution=ignore-duplicates');
    }
  } else {
    const { key, where } = root.kind === 'update' ? root.change : root;
    if (key) parameters.push(...Object.entries(key).map(([column, value]) => `${column}=eq.${value}`));
    else parameters.push(`and=${encodeURIComponent(`(${whereText(where)})`)}`);
    if (root.kind === 'update')
      body = Object.fromEntries(root.change.set.map(({ column, value }) => [column.name, value]));
  }
  return {
    mutation: { ...mutation, roots: [root] },
    method: { insert: 'POST', update: 'PATCH', delete: 'DELETE' }[root.kind],
    headers: { 'content-type': 'application/json', prefer: preferences.join(',') },
    body,
    path: `/${relation.name}?${parameters.join('&')}`,
    data: (answered) => ({ root0: inOurForm(answered, answer) }),
  };
}

type KeptRoot = Exclude<WriteRootModel, { kind: 'update many' }>;

function keptRoot(root: WriteRootModel): KeptRoot | undefined {
  const answer = keptAnswer(root.answer);
  switch (root.kind) {
    case 'insert': {
      const [first] = root.rows;
      const names = ({ values }: RowModel) =>
        values
          .map(([{ name }]) => name)
          .sort()
          .join();
      // Rows of one request have the same columns there, and a conflict is left alone or merged as a whole.
      const rows = root.rows
        .map((row): RowModel => ({ ...row, nested: [] }))
        .filter((row) => names(row) === names(first!));
      if (rows.length === 0 || rows[0]!.values.length === 0) return undefined;
      const { conflict } = root;
      const isPlain = conflict?.update.length === 0 && conflict.where === undefined;
      return { ...root, rows, conflict: isPlain ? conflict : undefined, answer };
    }
    case 'update': {
      const change = keptChange(root.change);
      return change && { ...root, change, answer };
    }
    case 'update many': {
      const [first] = root.changes;
      const change = first && keptChange(first);
      return change && { kind: 'update', relation: root.relation, change, answer };
    }
    case 'delete': {
      const where = root.key ? root.where : keptWhere(root.where);
      return where && { ...root, where, answer };
    }
  }
}

function keptChange(change: ChangeModel): ChangeModel | undefined {
  const set = change.set.filter(({ operator }) => operator === '_set');
  const where = change.key ? change.where : keptWhere(change.where);
  return set.length === 0 || !where ? undefined : { ...change, set, where };
}

function keptAnswer({ fields, isRow }: AnswerModel): AnswerModel {
  const columns = fields?.filter(({ kind }) => kind === 'column') ?? [];
  return columns.length > 0 ? { fields: columns, isRow } : { fields: undefined, isRow: false };
}

function valuesOf({ values }: RowModel): Record<string, unknown> {
  return Object.fromEntries(values.map(([{ name }, value]) => [name, value]));
}

function inOurForm(answered: Json, { fields, isRow }: AnswerModel): Json {
  if (!fields) return { affected_rows: answered };
  const rows = answered as Json[];
  return isRow ? (rows[0] ?? null) : { affected_rows: rows.length, returning: rows };
}
