/** Takes a factor off. Sessions that it elevated are back at one proof, and without any factor recovery codes are of no use. */
import { authError } from '../../errors.ts';
import type { Connection } from '../../store/database.ts';
import { deleteFactor, lowerSessions, type MfaFactor, replaceRecoveryCodes } from '../../store/factors.ts';
import { lockUser, type User } from '../../store/users.ts';
import { audit } from '../audit.ts';
import type { AuthContext, Client } from '../context.ts';
import { readId } from '../ids.ts';
import { isVerified, lockOwner, type Owner } from './owner.ts';

export async function unenrollFactor(
  auth: AuthContext,
  { owner, ...input }: { owner: Owner; factorId: string },
): Promise<void> {
  const factorId = readId(input.factorId, 'factor_id');
  await auth.database.transaction(async (connection) => {
    const { user, elevated } = await lockOwner(auth, connection, owner);
    const factor = factorOf(user, factorId);
    if (isVerified(factor) && !elevated)
      throw authError('insufficient_aal', 'AAL2 required to unenroll verified factor', { status: 422 });
    await drop(connection, user, factor);
  });
  const traits = { factor_id: factorId };
  audit(auth, { action: 'factor_unenrolled', user: { id: owner.userId }, client: owner.client, traits });
}

/** For administrators, who help who is locked out. */
export async function deleteFactorOf(
  auth: AuthContext,
  { client, ...input }: { userId: string; factorId: string; client: Client },
): Promise<MfaFactor> {
  const userId = readId(input.userId, 'user_id');
  const factorId = readId(input.factorId, 'factor_id');
  const { user, factor } = await auth.database.transaction(async (connection) => {
    const user = await lockUser(connection, userId);
    if (user === undefined) throw authError('user_not_found');
    const factor = factorOf(user, factorId);
    await drop(connection, user, factor);
    return { user, factor };
  });
  const traits = { factor_id: factorId };
  audit(auth, { action: 'factor_deleted', user, client, traits, actorRole: 'service_role' });
  return factor;
}

function factorOf(user: User, factorId: string): MfaFactor {
  const factor = user.factors.find((it) => it.id === factorId);
  if (factor === undefined) throw authError('mfa_factor_not_found');
  return factor;
}

async function drop(connection: Connection, user: User, factor: MfaFactor): Promise<void> {
  await deleteFactor(connection, user.id, factor.id);
  if (!isVerified(factor)) return;
  const others = user.factors.some((it) => it.id !== factor.id && isVerified(it));
  await lowerSessions(connection, user.id, others ? factor.id : undefined);
  if (!others) await replaceRecoveryCodes(connection, user.id, []);
}
