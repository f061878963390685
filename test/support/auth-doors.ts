/** The doors of auth, side by side: one verb, called with the same arguments on every way in, and what came of it. */
import type { AuthServer } from './auth.ts';

export interface Verdict {
  /** Undefined: granted. */
  readonly code: string | undefined;
  readonly message?: string | undefined;
  readonly status: number;
  readonly body: unknown;
}

type Args = Record<string, unknown>;

interface Wire {
  readonly method: string;
  readonly path: string;
  readonly body?: Args | undefined;
}

interface VerbShape {
  readonly kind: 'mutation' | 'query';
  /** What of the answer is asked for. */
  readonly select: string;
  /** The call of REST that does the same. */
  readonly rest: (args: Args) => Wire;
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const snakes = (args: Args) =>
  Object.fromEntries(Object.entries(args).map(([name, it]) => [snake(name), it]));

/** All arguments in the body, but the one that is part of the address. */
const send =
  (method: string, path: string) =>
  ({ redirectTo, ...args }: Args): Wire => ({
    method,
    path: redirectTo === undefined ? path : `${path}?redirect_to=${encodeURIComponent(String(redirectTo))}`,
    body: snakes(args),
  });
const look =
  (path: string, fixed: Args = {}) =>
  (args: Args): Wire => ({
    method: 'GET',
    path: `${path}?${new URLSearchParams(snakes({ ...args, ...fixed }) as Record<string, string>)}`,
  });
/** `:name` in the path is the argument of that name; what is left goes into the body. */
const at =
  (method: string, pattern: string) =>
  (args: Args): Wire => {
    const left = { ...args };
    const path = pattern.replace(/:(\w+)/g, (_, name: string) => {
      delete left[name];
      return encodeURIComponent(String(args[name]));
    });
    return { method, path, ...(method === 'GET' ? {} : { body: snakes(left) }) };
  };
const mutation = (select: string, rest: VerbShape['rest']): VerbShape => ({ kind: 'mutation', select, rest });
const query = (select: string, rest: VerbShape['rest']): VerbShape => ({ kind: 'query', select, rest });

const SESSION = '{ accessToken refreshToken user { id email role appMetadata } }';
const QUESTION = '{ challengeId options }';

const VERBS = {
  signUp: mutation('{ user { id email } session { accessToken } }', send('POST', '/signup')),
  signIn: mutation('{ accessToken user { email } }', send('POST', '/token?grant_type=password')),
  signInWithOtp: mutation('', send('POST', '/otp')),
  resetPassword: mutation('', send('POST', '/recover')),
  resend: mutation('', send('POST', '/resend')),
  verifyOtp: mutation('{ session { accessToken } }', send('POST', '/verify')),
  refreshSession: mutation('{ accessToken }', send('POST', '/token?grant_type=refresh_token')),
  exchangeCodeForSession: mutation('{ accessToken }', send('POST', '/token?grant_type=pkce')),
  updateUser: mutation('{ id email role appMetadata }', send('PUT', '/user')),
  signInWithOAuth: mutation('', look('/authorize')),
  signInWithIdToken: mutation(SESSION, send('POST', '/token?grant_type=id_token')),
  linkIdentity: mutation('', look('/user/identities/authorize', { skip_http_redirect: 'true' })),
  linkIdentityWithIdToken: mutation(SESSION, (args) =>
    send('POST', '/token?grant_type=id_token')({ ...args, link_identity: true }),
  ),
  unlinkIdentity: mutation('', at('DELETE', '/user/identities/:id')),
  enrollFactor: mutation('{ factor { id type } totp { secret } }', send('POST', '/factors')),
  challengeFactor: mutation('{ id type }', at('POST', '/factors/:factorId/challenge')),
  verifyFactor: mutation(SESSION, at('POST', '/factors/:factorId/verify')),
  unenrollFactor: mutation('', at('DELETE', '/factors/:factorId')),
  createRecoveryCodes: mutation('', send('POST', '/factors/recovery-codes')),
  verifyRecoveryCode: mutation(SESSION, send('POST', '/factors/recovery-codes/verify')),
  beginPasskeySignIn: mutation(QUESTION, send('POST', '/passkeys/authentication/options')),
  signInWithPasskey: mutation(SESSION, send('POST', '/passkeys/authentication/verify')),
  beginPasskeyRegistration: mutation(QUESTION, send('POST', '/passkeys/registration/options')),
  finishPasskeyRegistration: mutation('{ id }', send('POST', '/passkeys/registration/verify')),
  renamePasskey: mutation('{ id }', at('PATCH', '/passkeys/:id')),
  removePasskey: mutation('', at('DELETE', '/passkeys/:id')),
  removeUserFactor: mutation('{ id }', at('DELETE', '/admin/users/:userId/factors/:factorId')),
  removeUserPasskey: mutation('', at('DELETE', '/admin/users/:userId/passkeys/:passkeyId')),
  recoveryCodesLeft: query('', look('/factors/recovery-codes')),
  myPasskeys: query('{ id }', look('/passkeys')),
  myFactors: query('{ id }', look('/user')),
  authUser: query('{ id factors { id } }', at('GET', '/admin/users/:id')),
  userFactors: query('{ id }', at('GET', '/admin/users/:userId/factors')),
  userPasskeys: query('{ id }', at('GET', '/admin/users/:userId/passkeys')),
} satisfies Record<string, VerbShape>;

export type Verb = keyof typeof VERBS;
export type Call = (verb: Verb, args: Args, token?: string) => Promise<Verdict>;

const verbs = (kind: VerbShape['kind']) =>
  (Object.keys(VERBS) as Verb[]).filter((verb) => VERBS[verb].kind === kind);
export const MUTATIONS = verbs('mutation');
export const QUERIES = verbs('query');

export function restDoor(server: () => AuthServer, headers: Record<string, string> = {}): Call {
  return async (verb, args, token) => {
    const { method, path, body: sent } = VERBS[verb].rest(args);
    const response = await server().request(path, {
      method,
      headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    });
    const text = await response.text();
    const body = (text === '' ? {} : JSON.parse(text)) as { error_code?: string; msg?: string };
    const granted = response.status < 400;
    return {
      code: granted ? undefined : body.error_code,
      message: body.msg,
      status: response.status,
      body,
    };
  };
}

/** Arguments as literals: a document may be written by anybody. */
const literal = (it: unknown): string =>
  typeof it === 'object' && it !== null && !Array.isArray(it)
    ? `{${Object.entries(it)
        .map(([name, one]) => `${name}: ${literal(one)}`)
        .join(', ')}}`
    : JSON.stringify(it);

/** The verb as often as asked, under aliases. */
export function documentOf(verb: Verb, args: Args, times = 1): string {
  const list = Object.entries(args).map(([name, it]) => `${name}: ${literal(it)}`);
  const { kind, select } = VERBS[verb];
  const field = `${verb}${list.length === 0 ? '' : `(${list.join(', ')})`} ${select}`;
  return `${kind} { ${Array.from({ length: times }, (_, index) => `a${index}: ${field}`).join(' ')} }`;
}

function verdictOf(status: number, text: string): Verdict {
  const body = JSON.parse(text) as { errors?: { message: string; extensions: { code: string } }[] };
  const [error] = body.errors ?? [];
  return { code: error?.extensions.code, message: error?.message, status, body };
}

export function graphqlDoor(server: () => AuthServer, path: string): Call {
  return async (verb, args, token) => {
    const { status, text } = await server().app.post(path, { query: documentOf(verb, args) }, token);
    return verdictOf(status, text);
  };
}

/** What may only read. */
export function graphqlByGet(server: () => AuthServer, path: string): Call {
  return async (verb, args, token) => {
    const search = new URLSearchParams({ query: documentOf(verb, args) });
    const response = await fetch(`${server().app.url}${path}?${search}`, {
      headers: { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    });
    return verdictOf(response.status, await response.text());
  };
}
