import { hexLines, showFingerprint, wordLines } from './shown.ts';

/** What a sheet of paper says about a key, a root or a card. */
export type Sheet = {
  readonly title: string;
  /** What the paper is for, in a sentence. */
  readonly purpose: string;
  readonly fingerprint: string;
  readonly facts: ReadonlyArray<readonly [name: string, value: string]>;
};

const escaped: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const safe = (text: string): string => text.replace(/[&<>"']/g, (char) => escaped[char] ?? '');

const style = `@page{size:A4;margin:18mm}
body{font:11pt/1.4 sans-serif;color:#000;background:#fff;max-width:170mm;margin:10mm auto}
h1{font-size:18pt;margin:0 0 2mm}h2{font-size:11pt;margin:6mm 0 2mm}
pre{font:13pt/1.6 monospace;margin:0}
svg{width:50mm;height:50mm;display:block}
dl{display:grid;grid-template-columns:max-content 1fr;gap:1mm 6mm;margin:0}dt{color:#444}dd{margin:0}
.sign{margin-top:10mm;display:grid;grid-template-columns:1fr 1fr 1fr;gap:8mm}
.sign div{border-top:1px solid #000;padding-top:1mm;font-size:9pt}`;

/** A sheet as one HTML file that needs nothing else; prints on one page. */
export const sheetHtml = ({ title, purpose, fingerprint, facts }: Sheet): string => {
  const shown = showFingerprint(fingerprint);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${safe(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${safe(title)}</h1>
<p>${safe(purpose)}</p>
<h2>Fingerprint</h2>
<pre>${hexLines(fingerprint).join('\n')}</pre>
<h2>The same in words</h2>
<pre>${wordLines(fingerprint).join('\n')}</pre>
<h2>The same as a QR code</h2>
${shown.qrSvg}
<h2>Facts</h2>
<dl>${facts.map(([name, value]) => `<dt>${safe(name)}</dt><dd>${safe(value)}</dd>`).join('')}</dl>
<div class="sign"><div>Date</div><div>Name</div><div>Signature</div></div>
</body>
</html>
`;
};
