/** `column = …` of an UPDATE. */
import { identifier, operator, type Sql, sql } from '../../database/sql.ts';
import type { PgType } from '../catalog/catalog.ts';
import type { Value } from '../plan/expression.ts';
import type { SetColumn } from '../plan/write.ts';
import type { Row } from './row.ts';
import { operatorSchema } from './types.ts';
import { bound } from './value.ts';

export function setExpression({ column, operator: how, value }: SetColumn, row: Row): Sql<Value> {
  const old = row.column(column);
  const given = bound(value);
  const symbol = (text: string) => operator(text, operatorSchema(column.type as PgType));
  const result = () => {
    switch (how) {
      case '=':
        return given;
      case 'prepend':
        return sql<Value>`${given} ${symbol('||')} ${old}`;
      default:
        return sql<Value>`${old} ${symbol(how)} ${given}`;
    }
  };
  return sql<Value>`${identifier(column.name)} = ${result()}`;
}
