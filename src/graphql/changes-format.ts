/** A change of a row → the payload of those who asked for it in the same words. */
import type { ChangesPlan } from '../data/plan/changes.ts';
import type { RowEvent } from '../realtime/row-events/group.ts';

export function changesFormat(key: string, { entries }: ChangesPlan): (event: RowEvent) => string {
  const parts = entries.map(([name, part]) => {
    const member = `${JSON.stringify(name)}:`;
    switch (part.kind) {
      case 'literal':
        return () => member + JSON.stringify(part.text);
      case 'old':
      case 'new':
        return (event: RowEvent) => member + (event[part.kind] ?? 'null');
      default:
        return (event: RowEvent) => member + JSON.stringify(event[part.kind]);
    }
  });
  const head = `{"data":{${JSON.stringify(key)}:{`;
  return (event) => `${head}${parts.map((part) => part(event)).join(',')}}}}`;
}
