/** Ways in are changed by who has shown every proof that the account asks for. */
import { authError } from '../errors.ts';
import type { User } from '../store/users.ts';
import type { AuthContext } from './context.ts';

export function assertProved(user: User, aal: string): void {
  if (aal === 'aal1' && user.factors.some((factor) => factor.status === 'verified'))
    throw authError('insufficient_aal', 'AAL2 session is required to change identities when MFA is enabled.');
}

/** Linking identities to oneself, and taking them off, is for where the configuration lets users do so. */
export function assertMayLink({ config }: AuthContext, { user, aal }: { user: User; aal: string }): void {
  if (!config.manualLinking) throw authError('manual_linking_disabled');
  assertProved(user, aal);
}
