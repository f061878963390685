/** The arguments of a call as one JSON document, and their names. */
import type { Routine } from '../data/catalog/catalog.ts';
import type { Payload } from './payload.ts';

export function namesOf(payload: Payload): string[] {
  if (payload.kind === 'json') return [...payload.keys];
  return payload.kind === 'form' ? [...new Set(payload.pairs.map(([name]) => name))] : [];
}

export function documentOf(payload: Payload, routine: Routine): string {
  return payload.kind === 'form' ? JSON.stringify(argumentsOf(payload.pairs, routine)) : payload.text;
}

/** Of a name given several times the last counts, but a variadic parameter takes them all. */
function argumentsOf(
  pairs: readonly (readonly [string, string])[],
  routine: Routine,
): Record<string, string | string[]> {
  const variadic = routine.variadic ? routine.parameters.at(-1)?.name : undefined;
  const given = new Map<string, string | string[]>();
  for (const [name, value] of pairs)
    if (name === variadic) given.set(name, [...((given.get(name) as string[] | undefined) ?? []), value]);
    else given.set(name, value);
  return Object.fromEntries(given);
}

/** Of a list the first object counts. */
export function isList(payload: Payload): boolean {
  return payload.kind === 'json' && /^\s*\[/.test(payload.text);
}
