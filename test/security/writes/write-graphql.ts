/** A generated mutation as a GraphQL document with its variables. */
import { type GraphqlText, literal, SCALARS, Writer } from '../reference/query-graphql.ts';
import type {
  AnswerFieldModel,
  AnswerModel,
  ChangeModel,
  ConflictModel,
  KeyModel,
  MutationModel,
  RowModel,
  WriteRootModel,
} from './write-model.ts';
import { OPERATORS } from './write-model.ts';

export function toMutationText({ roots, variables }: MutationModel): GraphqlText {
  const writer = new Writer(variables);
  const fields = roots.map((root, index) => `root${index}: ${rootText(root, writer)}`);
  const declared = Object.keys(writer.variables).map((name) => `$${name}: ${writer.types[name]}`);
  const head = declared.length > 0 ? `mutation(${declared.join(', ')})` : 'mutation';
  return { query: `${head} { ${fields.join(' ')} }`, variables: writer.variables };
}

function rootText(root: WriteRootModel, writer: Writer): string {
  const { name } = root.relation;
  const answer = answerText(root.answer);
  switch (root.kind) {
    case 'insert': {
      const objects = root.rows.map(inputOf);
      const rows = root.answer.isRow
        ? `object: ${writer.value(objects[0], `${name}_insert_input!`)}`
        : `objects: ${writer.value(objects, `[${name}_insert_input!]!`)}`;
      const conflict = root.conflict ? `, on_conflict: ${conflictText(root.conflict, writer)}` : '';
      return `insert_${name}${root.answer.isRow ? '_one' : ''}(${rows}${conflict}) ${answer}`;
    }
    case 'update':
      if (root.change.key)
        return `update_${name}_by_pk(pk_columns: {${keyText(root.change.key, writer, false)}}${setText(root.change, name, writer, ', ')}) ${answer}`;
      return `update_${name}(where: ${writer.where(root.change.where)}${setText(root.change, name, writer, ', ')}) ${answer}`;
    case 'update many': {
      const updates = root.changes.map(
        (change) => `{where: ${writer.where(change.where)}${setText(change, name, writer, ', ')}}`,
      );
      return `update_${name}_many(updates: [${updates.join(', ')}]) ${answer}`;
    }
    case 'delete':
      if (root.key) return `delete_${name}_by_pk(${keyText(root.key, writer, true)}) ${answer}`;
      return `delete_${name}(where: ${writer.where(root.where)}) ${answer}`;
  }
}

/** JSON of a row as `T_insert_input` takes it. */
function inputOf({ values, nested }: RowModel): Record<string, unknown> {
  return {
    ...Object.fromEntries(values.map(([{ name }, value]) => [name, value])),
    ...Object.fromEntries(
      nested.map(({ relationship, rows }) => {
        const data = rows.map(inputOf);
        return [relationship.name, { data: relationship.kind === 'array' ? data : data[0] }];
      }),
    ),
  };
}

function conflictText({ constraint, update, where }: ConflictModel, writer: Writer): string {
  const columns = `update_columns: [${update.map(({ name }) => name).join(', ')}]`;
  return `{constraint: ${constraint.name}, ${columns}${where ? `, where: ${writer.where(where)}` : ''}}`;
}

function setText({ set }: ChangeModel, table: string, writer: Writer, before: string): string {
  return OPERATORS.map((operator) => {
    const own = set.filter((one) => one.operator === operator);
    if (own.length === 0) return '';
    const input = Object.fromEntries(own.map(({ column, value }) => [column.name, value]));
    return `${before}${operator}: ${writer.value(input, `${table}${operator}_input`)}`;
  }).join('');
}

function keyText(key: KeyModel, writer: Writer, isArgument: boolean): string {
  return Object.entries(key)
    .map(
      ([column, value]) =>
        `${column}: ${isArgument ? writer.value(value, `${SCALARS.int4}!`) : literal(value)}`,
    )
    .join(', ');
}

function answerText({ isRow, fields }: AnswerModel): string {
  const inner = fields ? `{ ${fields.map(fieldText).join(' ')} }` : undefined;
  if (isRow) return inner ?? '{ __typename }';
  return `{ affected_rows${inner ? ` returning ${inner}` : ''} }`;
}

function fieldText(field: AnswerFieldModel): string {
  if (field.kind === 'column') return `${field.alias}: ${field.column.name}`;
  const { alias, relationship, columns } = field;
  if (field.kind === 'count') return `${alias}: ${relationship.name}_aggregate { aggregate { count } }`;
  return `${alias}: ${relationship.name} { ${columns.map(({ name }) => name).join(' ')} }`;
}
