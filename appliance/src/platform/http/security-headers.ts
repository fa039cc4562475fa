// No page loads, runs or styles anything that is not a file of this origin; forms go nowhere else.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const securing = Object.entries({
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  // Without includeSubDomains: other names of the site are not ours.
  'Strict-Transport-Security': 'max-age=31536000',
});

/** Sets the security headers of an answer that has not begun; they go out with those of whoever answers. */
export const setSecurityHeaders = (response: { setHeader(name: string, value: string): unknown }): void => {
  for (const [name, value] of securing) response.setHeader(name, value);
};
