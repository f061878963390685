/** The rights on what a mutation names, as questions to PostgreSQL. What the statements need beside it, they are refused by themselves. */

import type { WhereModel } from '../reference/query-model.ts';
import { Touched } from '../reference/touched.ts';
import {
  type AnswerModel,
  type ChangeModel,
  type RowModel,
  type WriteRelationModel,
  type WriteRootModel,
  type WriteSchemaModel,
  writeRelationOf,
} from './write-model.ts';

type Verb = 'select' | 'insert' | 'update';

export class Needs {
  /** What is not granted is not in the schema of the role. */
  readonly checks: string[] = [];
  readonly #schema: WriteSchemaModel;

  constructor(schema: WriteSchemaModel, roots: readonly WriteRootModel[]) {
    this.#schema = schema;
    for (const root of roots) this.#root(root);
  }

  #root(root: WriteRootModel): void {
    const { relation, answer } = root;
    this.#answer(relation, answer);
    switch (root.kind) {
      case 'insert': {
        for (const row of root.rows) this.#row(relation, row);
        const { conflict } = root;
        if (!conflict) break;
        this.#columns(
          relation,
          'update',
          conflict.update.map(({ name }) => name),
        );
        if (conflict.where) this.#found(relation, undefined, conflict.where);
        break;
      }
      case 'update':
        this.#change(relation, root.change);
        break;
      case 'update many':
        for (const change of root.changes) this.#change(relation, change);
        break;
      case 'delete':
        this.checks.push(`has_table_privilege('public.${relation.name}', 'delete')`);
        this.#found(relation, root.key && Object.keys(root.key), root.where);
    }
  }

  #change(relation: WriteRelationModel, { key, where, set }: ChangeModel): void {
    this.#columns(
      relation,
      'update',
      set.map(({ column }) => column.name),
    );
    this.#found(relation, key && Object.keys(key), where);
  }

  /** Without a column to read there is no condition, and what is to be changed must be found. */
  #found(relation: WriteRelationModel, key: readonly string[] | undefined, where: WhereModel): void {
    this.checks.push(`has_any_column_privilege('public.${relation.name}', 'select')`);
    if (key) this.#columns(relation, 'select', key);
    else this.#where(relation, where);
  }

  #where(relation: WriteRelationModel, where: WhereModel): void {
    const args = { where, order: [], distinct: [], limit: undefined, offset: undefined, total: false };
    const source = { relation, finder: undefined };
    const { columns } = new Touched(this.#schema as never, [{ kind: 'list', source, args, fields: [] }]);
    for (const [touched, names] of columns)
      this.#columns(touched as WriteRelationModel, 'select', [...names]);
  }

  #row(relation: WriteRelationModel, { values, nested }: RowModel): void {
    this.checks.push(`has_any_column_privilege('public.${relation.name}', 'insert')`);
    this.#columns(
      relation,
      'insert',
      values.map(([{ name }]) => name),
    );
    for (const { relationship, rows } of nested) {
      const target = writeRelationOf(this.#schema, relationship.target);
      for (const row of rows) this.#row(target, row);
    }
  }

  #answer(relation: WriteRelationModel, { isRow, fields = [] }: AnswerModel): void {
    if (isRow) this.checks.push(`has_any_column_privilege('public.${relation.name}', 'select')`);
    for (const field of fields) {
      if (field.kind === 'column') this.#columns(relation, 'select', [field.column.name]);
      else {
        const target = writeRelationOf(this.#schema, field.relationship.target);
        const shown = field.kind === 'count' ? [] : field.columns.map(({ name }) => name);
        this.#columns(
          relation,
          'select',
          field.relationship.pairs.map(([ours]) => ours),
        );
        this.#columns(target, 'select', [...field.relationship.pairs.map(([, theirs]) => theirs), ...shown]);
      }
    }
  }

  #columns({ name }: WriteRelationModel, verb: Verb, columns: readonly string[]): void {
    for (const column of columns)
      this.checks.push(`has_column_privilege('public.${name}', '${column}', '${verb}')`);
  }
}
