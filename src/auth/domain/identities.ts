/** What the identity of an address says of its user. */

export function identityData(
  userId: string,
  kind: 'email' | 'phone',
  address: string,
  data: Readonly<Record<string, unknown>>,
  confirmed: boolean,
): Record<string, unknown> {
  return {
    ...data,
    sub: userId,
    [kind]: address,
    email_verified: kind === 'email' && confirmed,
    phone_verified: kind === 'phone' && confirmed,
  };
}
