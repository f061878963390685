/** `alter role authenticator set pgrst.…`: what PostgREST reads from the database, and what overrides the configuration there. */
import type { RoleSettings } from '../database/role-settings.ts';
import type { RestSettings } from './settings.ts';

export const PREFIX = 'pgrst.';

/** The settings as the database wants them. What cannot be read is left as it was, and told. */
export function withRoleSettings(
  settings: RestSettings,
  { own, byRole }: RoleSettings,
  warn: (warning: string) => void,
): RestSettings {
  const changed: { -readonly [K in keyof RestSettings]: RestSettings[K] } = { ...settings, byRole };
  for (const [name, value] of own) {
    const problem = READERS[name]?.(changed, value, settings);
    if (problem !== undefined) warn(`${PREFIX}${name} = ${JSON.stringify(value)} is not used: it ${problem}`);
  }
  return changed;
}

type Changed = { -readonly [K in keyof RestSettings]: RestSettings[K] };
/** Sets what the value says; the text says what it should have been. */
type Reader = (changed: Changed, value: string, configured: RestSettings) => string | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  db_max_rows: (changed, value) => {
    if (!/^\d{1,15}$/.test(value)) return 'must be a whole number';
    changed.maxRows = Number(value);
    return undefined;
  },
  db_tx_end: (changed, value) => {
    if (!isTransactionEnd(value)) return `must be one of ${TRANSACTION_ENDS.join(', ')}`;
    changed.transactionEnd = value;
    return undefined;
  },
  db_pre_request: (changed, value) => {
    changed.preRequest = value === '' ? undefined : value;
    return undefined;
  },
  db_extra_search_path: (changed, value) => {
    changed.extraSearchPath = names(value);
    return undefined;
  },
  db_schemas: (changed, value, configured) => {
    const wanted = names(value);
    if (wanted.length === 0 || !wanted.every((schema) => configured.schemas.includes(schema)))
      return 'must name schemas of api.schemas';
    changed.schemas = wanted;
    return undefined;
  },
  db_aggregates_enabled: (changed, value) => flag(value, (on) => (changed.aggregates = on)),
  db_plan_enabled: (changed, value) => flag(value, (on) => (changed.plan = on)),
};

const TRANSACTION_ENDS = ['commit', 'commit-allow-override', 'rollback', 'rollback-allow-override'] as const;

function isTransactionEnd(value: string): value is RestSettings['transactionEnd'] {
  return (TRANSACTION_ENDS as readonly string[]).includes(value);
}

function names(value: string): string[] {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function flag(value: string, set: (on: boolean) => void): string | undefined {
  const lower = value.toLowerCase();
  if (!['true', 'false', 'on', 'off', '1', '0'].includes(lower)) return 'must be true or false';
  set(['true', 'on', '1'].includes(lower));
  return undefined;
}
