/** `/admin/users/:id/factors` and `…/passkeys`: what a user has beside a password, for who helps those locked out. */

import { UUID } from '../domain/bearer.ts';
import { deleteFactorOf } from '../domain/factors/unenroll.ts';
import { passkeysOfUser, removePasskeyOf } from '../domain/passkeys/passkeys.ts';
import { viewFactor } from '../domain/user-view.ts';
import { authError } from '../errors.ts';
import { findUser } from '../store/users.ts';
import { requireAdmin } from './bearer.ts';
import { type Call, type Handler, json, NOTHING } from './call.ts';
import { viewPasskey } from './passkeys.ts';

export const listFactors: Handler = async (call) => {
  requireAdmin(call);
  const user = await findUser(call.auth.database, idOf(call, 'id'));
  if (user === undefined) throw authError('user_not_found');
  return json(user.factors.map(viewFactor));
};

export const deleteFactor: Handler = async (call) => {
  requireAdmin(call);
  const input = { userId: idOf(call, 'id'), factorId: idOf(call, 'factor'), client: call.client };
  return json(viewFactor(await deleteFactorOf(call.auth, input)));
};

export const listPasskeys: Handler = async (call) => {
  requireAdmin(call);
  return json((await passkeysOfUser(call.auth, idOf(call, 'id'))).map(viewPasskey));
};

export const deletePasskey: Handler = async (call) => {
  requireAdmin(call);
  const input = { userId: idOf(call, 'id'), id: idOf(call, 'passkey'), client: call.client };
  await removePasskeyOf(call.auth, input);
  return NOTHING;
};

function idOf({ params }: Call, name: 'id' | 'factor' | 'passkey'): string {
  const id = params[name] ?? '';
  if (UUID.test(id)) return id.toLowerCase();
  const what = { id: 'user_id', factor: 'factor_id', passkey: 'passkey_id' }[name];
  throw authError('validation_failed', `${what} must be an UUID`, { status: 404 });
}
