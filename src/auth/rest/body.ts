/** Reads what a client sends. What only administrators may set is refused by name instead of being passed over. */
import { z } from 'zod';
import { authError, invalid } from '../errors.ts';
import type { Call } from './call.ts';

const MAXIMUM_BYTES = 1_048_576;

/** Members with which a user could make more of themselves than they are. */
const FORBIDDEN = [
  'id',
  'aud',
  'role',
  'app_metadata',
  'raw_app_meta_data',
  'user_metadata',
  'raw_user_meta_data',
  'email_verified',
  'phone_verified',
  'email_confirm',
  'phone_confirm',
  'email_confirmed_at',
  'phone_confirmed_at',
  'confirmed_at',
  'created_at',
  'updated_at',
  'banned_until',
  'ban_duration',
  'is_super_admin',
  'is_anonymous',
  'is_sso_user',
  'encrypted_password',
  'password_hash',
  'aal',
  'identities',
];

export function readBody<S extends z.ZodObject>(call: Call, schema: S): z.output<S> {
  const body = parse(call.exchange.body);
  for (const name of FORBIDDEN) {
    if (Object.hasOwn(body, name) && !Object.hasOwn(schema.shape, name))
      throw invalid(`${name} cannot be set here`);
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`${issue?.path.join('.') || 'The body'}: ${issue?.message ?? 'is not what is expected'}`);
}

/** For calls that say nothing: what must not be said is refused all the same. */
export function readNothing(call: Call): void {
  readBody(call, NOTHING);
}

const NOTHING = z.object({});

function parse(text: string | undefined): Record<string, unknown> {
  if (text === undefined || text === '') return {};
  if (Buffer.byteLength(text) > MAXIMUM_BYTES) throw authError('request_entity_too_large');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw authError('bad_json', `Could not parse request body as JSON: ${(error as Error).message}`);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw authError('bad_json', 'Could not parse request body as JSON: it must be an object');
  return body as Record<string, unknown>;
}

/** A member that may be absent, null or empty, which all say the same. */
export const optional = z
  .string()
  .nullish()
  .transform((it) => (it ? it : undefined));

export const metadata = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((it) => it ?? {});

export const channel = z
  .enum(['sms', 'whatsapp'])
  .nullish()
  .transform((it) => it ?? ('sms' as const));

/** PKCE members that any starter may carry. */
export const pkce = { code_challenge: optional, code_challenge_method: optional };

export function queryText(call: Call, name: string): string | undefined {
  const given = call.exchange.query[name];
  const text = Array.isArray(given) ? given[0] : given;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** Where the user wants to go: the address has it, and older clients a header. */
export function redirectTo(call: Call): string | undefined {
  const header = call.exchange.headers.redirect_to;
  return queryText(call, 'redirect_to') ?? (typeof header === 'string' ? header : undefined);
}
