/** Takes a factor off. Sessions that it elevated are back at one proof, and without any factor recovery codes are of no use. */
import { authError } from '../../errors.ts';
import { deleteFactor, lowerSessions, replaceRecoveryCodes } from '../../store/factors.ts';
import { audit } from '../audit.ts';
import type { AuthContext } from '../context.ts';
import { isVerified, lockOwner, type Owner } from './owner.ts';

export async function unenrollFactor(
  auth: AuthContext,
  { owner, factorId }: { owner: Owner; factorId: string },
): Promise<void> {
  await auth.database.transaction(async (connection) => {
    const { user, elevated } = await lockOwner(auth, connection, owner);
    const factor = user.factors.find((it) => it.id === factorId);
    if (factor === undefined) throw authError('mfa_factor_not_found');
    if (isVerified(factor) && !elevated)
      throw authError('insufficient_aal', 'AAL2 required to unenroll verified factor', { status: 422 });
    await deleteFactor(connection, user.id, factorId);
    if (!isVerified(factor)) return;
    const others = user.factors.some((it) => it.id !== factorId && isVerified(it));
    await lowerSessions(connection, user.id, others ? factorId : undefined);
    if (!others) await replaceRecoveryCodes(connection, user.id, []);
  });
  const traits = { factor_id: factorId };
  audit(auth, { action: 'factor_unenrolled', user: { id: owner.userId }, client: owner.client, traits });
}
