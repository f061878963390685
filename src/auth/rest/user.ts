/** The user of the token: read, and signed out. */
import { signOut } from '../domain/sessions.ts';
import { viewUser } from '../domain/user-view.ts';
import { invalid } from '../errors.ts';
import type { SessionScope } from '../store/sessions.ts';
import { requireBearer, requireUser } from './bearer.ts';
import { queryText } from './body.ts';
import { type Handler, json, NOTHING } from './call.ts';

export const getUser: Handler = async (call) => json(viewUser((await requireUser(call)).user));

const SCOPES: readonly string[] = ['global', 'local', 'others'];

export const logout: Handler = async (call) => {
  const scope = queryText(call, 'scope') ?? 'global';
  if (!SCOPES.includes(scope)) throw invalid(`Unsupported logout scope "${scope}"`);
  const { userId, sessionId } = requireBearer(call);
  await signOut(call.auth, { userId, sessionId, scope: scope as SessionScope, client: call.client });
  return NOTHING;
};
