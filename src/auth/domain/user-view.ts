/** Users, identities and factors as clients see them: named members only, so that no secret can slip out. */
import type { Identity, MfaFactor, User } from '../store/users.ts';

export function viewUser(user: User): Record<string, unknown> {
  return compact({
    id: user.id,
    aud: user.aud ?? '',
    role: user.role ?? '',
    email: user.email ?? '',
    email_confirmed_at: user.emailConfirmedAt,
    invited_at: user.invitedAt,
    phone: user.phone ?? '',
    phone_confirmed_at: user.phoneConfirmedAt,
    confirmation_sent_at: user.confirmationSentAt,
    confirmed_at: user.confirmedAt,
    recovery_sent_at: user.recoverySentAt,
    new_email: user.emailChange || undefined,
    email_change_sent_at: user.emailChangeSentAt,
    new_phone: user.phoneChange || undefined,
    phone_change_sent_at: user.phoneChangeSentAt,
    reauthentication_sent_at: user.reauthenticationSentAt,
    last_sign_in_at: user.lastSignInAt,
    app_metadata: user.rawAppMetaData ?? {},
    user_metadata: user.rawUserMetaData ?? {},
    factors: user.factors.length === 0 ? undefined : user.factors.map(viewFactor),
    identities: user.identities.map(viewIdentity),
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    banned_until: user.bannedUntil,
    deleted_at: user.deletedAt,
    is_anonymous: user.isAnonymous,
  });
}

export function viewIdentity(identity: Identity): Record<string, unknown> {
  return compact({
    identity_id: identity.id,
    id: identity.providerId,
    user_id: identity.userId,
    identity_data: identity.identityData,
    provider: identity.provider,
    last_sign_in_at: identity.lastSignInAt,
    created_at: identity.createdAt,
    updated_at: identity.updatedAt,
    email: identity.email,
  });
}

export function viewFactor(factor: MfaFactor): Record<string, unknown> {
  return compact({
    id: factor.id,
    created_at: factor.createdAt,
    updated_at: factor.updatedAt,
    status: factor.status,
    friendly_name: factor.friendlyName,
    factor_type: factor.factorType,
    phone: factor.phone,
    last_challenged_at: factor.lastChallengedAt,
  });
}

/** What is not there is left out. */
function compact(view: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(view).filter(([, it]) => it !== undefined && it !== null));
}
