/** What the streams of tables are called. Their names give way to those of tables and functions, beside which they stand. */
import type { MutableTable } from './model.ts';
import type { Names } from './names.ts';

export function nameStreams(tables: Iterable<MutableTable>, names: Names): void {
  for (const table of tables) {
    const { name, stream } = table;
    const label = `streaming ${name}`;
    const types = [`${name}_stream_cursor_input`, `${name}_stream_cursor_value_input`];
    const isNamed =
      stream !== undefined &&
      names.check(stream.name, label) &&
      names.claimTypes(types, label) &&
      names.claimRootFields([stream.name], label);
    if (!isNamed) table.stream = undefined;
  }
}
