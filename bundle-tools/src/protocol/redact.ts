import { withoutHome } from './home-path.ts';

// Lines of a log that leave a device. The log holds no secrets by its own rules; this is the second look, in the agent before
// a line leaves and in the appliance before it is kept.

const removed = '[removed]';
const named =
  /\b((?:proxy-)?authorization|cookie|set-cookie|token|secret|password|passwd|passphrase|pass|pwd|api[-_]?key|private[-_]?key|community)(["']?\s*[:=]\s*)("[^"]*"|'[^']*'|(?:bearer|basic)\s+[^\s"',;]+|[^\s"',;]+)/gi;
const schemes = /\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi;
const inAddress = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const ownTokens = /\bsallyport-[a-z]+-[A-Za-z0-9_-]{16,}/g;
const doorTokens = /(\/a\/)[^/\s]+/g;
const pem = /-----BEGIN[\s\S]*/;
/** Random text; digests are hex and stay, since they say what was installed. */
const random = /(?<![\w/+-])(?![0-9a-f]+(?![\w-]))[A-Za-z0-9_-]{40,}={0,2}(?![\w/])/g;

/** A line without what looks like a secret, and without the names of home folders. */
export const redactLine = (line: string): string =>
  withoutHome(
    line
      .replace(pem, removed)
      .replace(ownTokens, removed)
      .replace(named, `$1$2${removed}`)
      .replace(schemes, `$1 ${removed}`)
      .replace(inAddress, `$1${removed}@`)
      .replace(doorTokens, `$1${removed}`)
      .replace(random, removed),
  );

/** The newest lines that fit, redacted; oldest first. */
export const redactedTail = (lines: readonly string[], maxLength: number): string => {
  const kept: string[] = [];
  let length = 0;
  for (const line of lines.map(redactLine).reverse()) {
    length += line.length + 1;
    if (length > maxLength) break;
    kept.push(line);
  }
  return kept.reverse().join('\n');
};
