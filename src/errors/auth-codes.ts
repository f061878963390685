/**
 * The codes of the auth module, as Supabase's clients know them: what GraphQL has in `extensions.code` REST has in
 * `error_code`. The message is what is said where the caller of `authError` has nothing more exact to say.
 */

export const AUTH_ERROR_CATALOGUE = {
  // the request
  bad_json: { status: 400, meaning: 'Could not parse request body as JSON' },
  validation_failed: { status: 400, meaning: 'The request has a value that cannot be right' },
  request_entity_too_large: { status: 413, meaning: 'Request body is too large' },
  unexpected_failure: { status: 500, meaning: 'Something went wrong on our side' },
  email_conflict_identity_not_deletable: {
    status: 422,
    meaning: 'The identity cannot be taken off, as another user has its email',
  },
  // who is calling
  no_authorization: { status: 401, meaning: 'This endpoint requires a valid Bearer token' },
  bad_jwt: { status: 403, meaning: 'invalid JWT: unable to parse or verify signature' },
  not_admin: { status: 403, meaning: 'User not allowed' },
  session_not_found: { status: 403, meaning: 'Session from session_id claim in JWT does not exist' },
  session_expired: { status: 400, meaning: 'Invalid Refresh Token: Session Expired' },
  user_not_found: { status: 404, meaning: 'User not found' },
  user_banned: { status: 403, meaning: 'User is banned' },
  refresh_token_not_found: { status: 400, meaning: 'Invalid Refresh Token: Refresh Token Not Found' },
  refresh_token_already_used: { status: 400, meaning: 'Invalid Refresh Token: Already Used' },
  api_key_not_allowed: { status: 403, meaning: 'An API key of a user cannot do this; sign in' },
  too_many_api_keys: { status: 422, meaning: 'Maximum number of API keys reached' },
  insufficient_aal: { status: 401, meaning: 'AAL2 session is required for this' },
  // signing up and in
  signup_disabled: { status: 422, meaning: 'Signups not allowed for this instance' },
  email_provider_disabled: { status: 422, meaning: 'Email signups are disabled' },
  phone_provider_disabled: { status: 422, meaning: 'Phone signups are disabled' },
  anonymous_provider_disabled: { status: 422, meaning: 'Anonymous sign-ins are disabled' },
  provider_disabled: { status: 400, meaning: 'This way of signing in is not enabled' },
  oauth_provider_not_supported: { status: 400, meaning: 'Unsupported provider: provider is not enabled' },
  web3_provider_disabled: { status: 422, meaning: 'Web3 provider is disabled' },
  saml_provider_disabled: { status: 404, meaning: 'SAML 2.0 is disabled' },
  otp_disabled: { status: 422, meaning: 'Signups not allowed for otp' },
  user_already_exists: { status: 422, meaning: 'User already registered' },
  email_exists: { status: 422, meaning: 'A user with this email address has already been registered' },
  phone_exists: { status: 422, meaning: 'A user with this phone number has already been registered' },
  identity_already_exists: { status: 422, meaning: 'Identity is already linked to another user' },
  identity_not_found: { status: 422, meaning: 'Identity does not exist' },
  single_identity_not_deletable: {
    status: 422,
    meaning: 'User must have at least 1 identity after unlinking',
  },
  manual_linking_disabled: { status: 404, meaning: 'Manual linking is disabled' },
  invalid_credentials: { status: 400, meaning: 'Invalid login credentials' },
  email_not_confirmed: { status: 400, meaning: 'Email not confirmed' },
  phone_not_confirmed: { status: 400, meaning: 'Phone not confirmed' },
  weak_password: { status: 422, meaning: 'Password is too weak' },
  same_password: { status: 422, meaning: 'New password should be different from the old password.' },
  current_password_required: { status: 400, meaning: 'Current password required when setting new password' },
  current_password_invalid: { status: 400, meaning: 'Current password does not match' },
  reauthentication_needed: { status: 400, meaning: 'Password update requires reauthentication' },
  reauthentication_not_valid: { status: 422, meaning: 'Nonce has expired or is invalid' },
  user_sso_managed: { status: 422, meaning: 'Updating this of an SSO user is not possible' },
  hook_rejected: { status: 403, meaning: 'A hook of this server refused the request' },
  hook_timeout: { status: 504, meaning: 'An extension of this server took too long' },
  // codes, links and flows
  otp_expired: { status: 403, meaning: 'Token has expired or is invalid' },
  flow_state_not_found: { status: 404, meaning: 'invalid flow state, no valid flow state found' },
  flow_state_expired: { status: 422, meaning: 'invalid flow state, flow state has expired' },
  bad_code_verifier: { status: 400, meaning: 'code challenge does not match previously saved code verifier' },
  bad_oauth_callback: { status: 400, meaning: 'OAuth callback with what does not belong to it' },
  bad_oauth_state: { status: 400, meaning: 'OAuth callback with invalid state' },
  // second factors and passkeys
  mfa_factor_not_found: { status: 422, meaning: 'Factor not found' },
  mfa_factor_name_conflict: { status: 422, meaning: 'A factor with this friendly name already exists' },
  mfa_challenge_expired: {
    status: 422,
    meaning: 'MFA challenge has expired, verify against another challenge',
  },
  mfa_verification_failed: { status: 422, meaning: 'Invalid TOTP code entered' },
  mfa_ip_address_mismatch: { status: 422, meaning: 'Challenge and verify IP addresses mismatch' },
  too_many_enrolled_mfa_factors: { status: 422, meaning: 'Maximum number of verified factors reached' },
  mfa_totp_enroll_not_enabled: { status: 422, meaning: 'MFA enroll is disabled for TOTP' },
  mfa_totp_verify_not_enabled: { status: 422, meaning: 'MFA verification is disabled for TOTP' },
  mfa_phone_enroll_not_enabled: { status: 422, meaning: 'MFA enroll is disabled for Phone' },
  mfa_phone_verify_not_enabled: { status: 422, meaning: 'MFA verification is disabled for Phone' },
  mfa_webauthn_enroll_not_enabled: { status: 422, meaning: 'MFA enroll is disabled for WebAuthn' },
  mfa_webauthn_verify_not_enabled: { status: 422, meaning: 'MFA verification is disabled for WebAuthn' },
  passkey_disabled: { status: 404, meaning: 'Passkeys are disabled' },
  webauthn_challenge_not_found: { status: 400, meaning: 'Challenge not found' },
  webauthn_challenge_expired: { status: 400, meaning: 'Challenge has expired' },
  webauthn_verification_failed: { status: 400, meaning: 'The credential could not be verified' },
  webauthn_credential_not_found: { status: 404, meaning: 'Passkey not found' },
  // sending and limits
  email_not_configured: {
    status: 503,
    meaning: 'This server cannot send e-mail: auth.smtp is not configured',
  },
  sms_send_failed: {
    status: 422,
    meaning: 'This server cannot send text messages: auth.sms is not configured',
  },
  over_request_rate_limit: { status: 429, meaning: 'Request rate limit reached' },
  over_email_send_rate_limit: { status: 429, meaning: 'Email rate limit exceeded' },
  over_sms_send_rate_limit: { status: 429, meaning: 'SMS rate limit exceeded' },
  over_password_hash_limit: { status: 429, meaning: 'Too many passwords are being checked; try again' },
} as const satisfies Record<string, { status: number; meaning: string }>;

export type AuthErrorCode = keyof typeof AUTH_ERROR_CATALOGUE;
