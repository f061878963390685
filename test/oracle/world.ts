/** Tables with random policies, and what each subscriber may see of their rows: said once in SQL and once in TypeScript. */

export interface Row {
  readonly id: number;
  readonly owner: string;
  readonly level: number;
  readonly flag: boolean;
  readonly body: string;
}

export interface Claims {
  readonly sub: string;
  readonly level: number;
}

export interface Policy {
  readonly sql: string;
  readonly holds: (row: Row, claims: Claims) => boolean;
}

export interface OracleTable {
  readonly name: string;
  /** Of the old row everything is told, or the key alone. */
  readonly isFull: boolean;
  readonly permissive: readonly Policy[];
  readonly restrictive: readonly Policy[];
}

/** Like Math.random, but the same every time. */
export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const OF_ROW: readonly Policy[] = [
  { sql: "owner = auth.jwt() ->> 'sub'", holds: (row, { sub }) => row.owner === sub },
  { sql: 'flag', holds: ({ flag }) => flag },
  { sql: "level <= (auth.jwt() ->> 'level')::int", holds: (row, { level }) => row.level <= level },
  { sql: "body like 'a%'", holds: ({ body }) => body.startsWith('a') },
];
const OF_KEY: readonly Policy[] = [
  { sql: "id % 3 = (auth.jwt() ->> 'level')::int", holds: ({ id }, { level }) => id % 3 === level },
  { sql: 'id % 2 = 0', holds: ({ id }) => id % 2 === 0 },
];
const RESTRICTIVE: readonly Policy[] = [{ sql: 'level <> 3', holds: ({ level }) => level !== 3 }];

export function inventTables(random: Random): OracleTable[] {
  const some = (all: readonly Policy[]) => {
    const chosen = all.filter(() => random(2) === 0);
    return chosen.length > 0 ? chosen : [all[random(all.length)]!];
  };
  return [
    { name: 'alpha', isFull: true, permissive: some(OF_ROW), restrictive: RESTRICTIVE },
    { name: 'beta', isFull: true, permissive: some(OF_ROW), restrictive: [] },
    { name: 'gamma', isFull: false, permissive: some(OF_KEY), restrictive: [] },
  ];
}

export function schemaOf(tables: readonly OracleTable[]): string {
  return [
    'create schema if not exists oracle; create table oracle.marker (n int primary key);',
    ...tables.map(
      ({ name, isFull, permissive, restrictive }) => `
      create table ${name} (id int primary key, owner text, level int, flag boolean, body text);
      ${isFull ? `alter table ${name} replica identity full;` : ''}
      alter table ${name} enable row level security;
      grant select on ${name} to authenticated;
      ${permissive.map(({ sql }, index) => `create policy p${index} on ${name} for select to authenticated using (${sql});`).join('\n')}
      ${restrictive.map(({ sql }, index) => `create policy r${index} on ${name} as restrictive for select to authenticated using (${sql});`).join('\n')}`,
    ),
  ].join('\n');
}

export interface Change {
  readonly table: OracleTable;
  readonly old: Row | undefined;
  readonly new: Row | undefined;
}

/** As a subscriber is to be told; undefined: not at all. */
export function projection({ table, old, new: now }: Change, claims: Claims): string | undefined {
  const sees = (row: Row) =>
    table.permissive.some(({ holds }) => holds(row, claims)) &&
    table.restrictive.every(({ holds }) => holds(row, claims));
  const newSeen = now && sees(now) ? now : undefined;
  // Without the whole row an update that keeps the key tells nothing of what was.
  const isTold = old && (table.isFull || !now);
  const oldSeen = isTold && sees(old) ? (table.isFull ? old : keyOf(old)) : undefined;
  if (!newSeen && !oldSeen) return undefined;
  const operation = !old ? 'INSERT' : now ? 'UPDATE' : 'DELETE';
  return JSON.stringify({ operation, old: oldSeen ?? null, new: newSeen ?? null });
}

function keyOf({ id }: Row) {
  return { id, owner: null, level: null, flag: null, body: null };
}
