/** `/admin/users/:id/factors` and `…/passkeys`: what a user has beside a password, for who helps those locked out. */

import { requireUserById } from '../domain/admin-users.ts';
import { deleteFactorOf } from '../domain/factors/unenroll.ts';
import { passkeysOfUser, removePasskeyOf } from '../domain/passkeys/passkeys.ts';
import { viewFactor } from '../domain/user-view.ts';
import { requireAdmin } from './bearer.ts';
import { type Handler, json, NOTHING } from './call.ts';
import { viewPasskey } from './passkeys.ts';

export const listFactors: Handler = async (call) => {
  requireAdmin(call);
  const user = await requireUserById(call.auth, call.params.id ?? '');
  return json(user.factors.map(viewFactor));
};

export const deleteFactor: Handler = async (call) => {
  requireAdmin(call);
  const { id: userId = '', factor: factorId = '' } = call.params;
  const input = { userId, factorId, client: call.client };
  return json(viewFactor(await deleteFactorOf(call.auth, input)));
};

export const listPasskeys: Handler = async (call) => {
  requireAdmin(call);
  return json((await passkeysOfUser(call.auth, call.params.id ?? '')).map(viewPasskey));
};

export const deletePasskey: Handler = async (call) => {
  requireAdmin(call);
  const { id: userId = '', passkey: id = '' } = call.params;
  await removePasskeyOf(call.auth, { userId, id, client: call.client });
  return NOTHING;
};
