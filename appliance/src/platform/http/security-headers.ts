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
});

const strictTransport = 'max-age=31536000';

/**
 * Names below a name of the appliance are its own, so no plain HTTP there either. An address has none, and below a single
 * label would be the whole of a search domain. A browser heeds the header only where the certificate named the host.
 */
const transportSecurity = (authority: string | readonly string[] | undefined): string => {
  const host = typeof authority === 'string' ? authority.replace(/:\d*$/, '').replace(/\.$/, '') : '';
  const labels = host.split('.');
  const isName = labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label));
  // A name never ends in a label of digits alone; an IPv4 address always does.
  const hasOwnNames = isName && host.length <= 253 && labels.length > 1 && !/^\d+$/.test(labels.at(-1) ?? '');
  return hasOwnNames ? `${strictTransport}; includeSubDomains` : strictTransport;
};

/** Sets the security headers of an answer that has not begun; they go out with those of the handler. */
export const setSecurityHeaders = (
  response: { setHeader(name: string, value: string): unknown },
  authority?: string | readonly string[],
): void => {
  for (const [name, value] of securing) response.setHeader(name, value);
  response.setHeader('Strict-Transport-Security', transportSecurity(authority));
};
