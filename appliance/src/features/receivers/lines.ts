import type { LineEvent, LineFormat, LineOrigin } from './types.ts';

// An event as one line: RFC 5424 with structured data, CEF 0 (rev. 25) and LEEF 2.0, the last two as the text of an RFC 5424
// line. Every line has the number of the event, so a receiver sees what came twice and what is missing.

/** RFC 5424 6.2.1. */
const syslogSeverity = { critical: 2, failure: 3, warning: 4, info: 6 } as const;
/** CEF and LEEF count from 0 to 10. */
const tenSeverity = { critical: 10, failure: 8, warning: 6, info: 3 } as const;
const auditFacility = 13;
const ownFacility = 16;
/** The enterprise number of examples (RFC 5612): this project has none of its own. */
const enterprise = 32_473;

const mostText = 1_000;

/** One line, without what would end or break it. */
const oneLine = (text: string): string =>
  text
    .replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    .slice(0, mostText)
    .replace(/[\ud800-\udbff]$/, '');

/** RFC 5424 6.1: printable ASCII without spaces; `-` where there is none. */
const word = (text: string, most: number): string => text.replace(/[^\u0021-\u007e]/g, '').slice(0, most) || '-';

/** UTC with milliseconds, as RFC 5424 6.2.3 and RFC 3339 have it. */
const stamp = (ms: number): string => new Date(ms).toISOString().replace('Z', '+00:00');

const sdName = (name: string): string => word(name.replace(/["\]=]/g, ''), 32);
const sdValue = (text: string): string => oneLine(text).replace(/["\\\]]/g, '\\$&');

/** Names and values that every format has, in one order. */
const fieldsOf = (event: LineEvent, { site }: LineOrigin): [string, string][] => [
  ['seq', String(event.id)],
  ['site', site],
  ['severity', event.severity],
  ['area', event.area],
  ...(event.device === undefined
    ? []
    : ([
        ['deviceId', event.device.id],
        ['deviceName', event.device.name],
      ] as [string, string][])),
  ...(event.actor === null ? [] : ([['actor', event.actor]] as [string, string][])),
  ...(event.from === null ? [] : ([['from', event.from]] as [string, string][])),
  ...(event.audit === null ? [] : ([['journal', String(event.audit)]] as [string, string][])),
];

const paramsOf = (event: LineEvent): [string, string][] =>
  Object.entries(event.params).map(([name, value]) => [name, String(value)]);

const head = (event: LineEvent, origin: LineOrigin): string => {
  const priority = (event.audit === null ? ownFacility : auditFacility) * 8 + syslogSeverity[event.severity];
  return `<${priority}>1 ${stamp(event.at)} ${word(origin.host, 255)} sallyport - ${word(event.type, 32)}`;
};

/** Structured data: what the event is, and its own parameters with the prefix `p_`. */
const structured = (event: LineEvent, origin: LineOrigin): string => {
  const pairs = [...fieldsOf(event, origin), ...paramsOf(event).map(([name, value]) => [`p_${name}`, value] as const)];
  return `[sallyport@${enterprise} ${pairs.map(([name, value]) => `${sdName(name)}="${sdValue(value)}"`).join(' ')}]`;
};

const cefHead = (text: string): string => oneLine(text).replace(/[\\|]/g, '\\$&');
const cefValue = (text: string): string => oneLine(text).replace(/[\\=]/g, '\\$&');

const pascal = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1).replace(/[^0-9A-Za-z]/g, '');

/** CEF names of the fields that it has names for. */
const cefNames: Readonly<Record<string, string>> = {
  seq: 'externalId',
  area: 'cat',
  deviceName: 'dhost',
  deviceId: 'deviceExternalId',
  actor: 'suid',
  from: 'src',
};

const cef = (event: LineEvent, origin: LineOrigin): string => {
  const names = [
    'CEF:0',
    'Sallyport',
    'Appliance',
    origin.version,
    event.type,
    event.title,
    String(tenSeverity[event.severity]),
  ];
  const pairs = [
    ['rt', String(event.at)],
    ['dvchost', origin.host],
    ...fieldsOf(event, origin).map(([name, value]) => [cefNames[name] ?? `sp${pascal(name)}`, value] as const),
    ...paramsOf(event).map(([name, value]) => [`spP${pascal(name)}`, value] as const),
    ['msg', event.sentence],
  ] as const;
  // A space after the last pipe: liblognorm 2.0.6 eats the first letter otherwise.
  return `${names.map(cefHead).join('|')}| ${pairs.map(([name, value]) => `${name}=${cefValue(value)}`).join(' ')}`;
};

/** LEEF names of the fields that it has names for. */
const leefNames: Readonly<Record<string, string>> = {
  area: 'cat',
  deviceName: 'identHostName',
  actor: 'usrName',
  from: 'src',
};

const leefHead = (text: string): string => oneLine(text).replace(/\|/g, '/');

const leef = (event: LineEvent, origin: LineOrigin): string => {
  const names = ['LEEF:2.0', 'Sallyport', 'Appliance', origin.version, event.type, '0x09'];
  const pairs = [
    ['devTime', String(event.at)],
    ['sev', String(Math.max(1, tenSeverity[event.severity]))],
    ...fieldsOf(event, origin).map(([name, value]) => [leefNames[name] ?? name, value] as const),
    ...paramsOf(event).map(([name, value]) => [`p_${name}`, value] as const),
    ['msg', event.sentence],
  ] as const;
  return `${names.map(leefHead).join('|')}|${pairs.map(([name, value]) => `${name}=${oneLine(value)}`).join('\t')}`;
};

/** The line of an event in a format, without what ends it. */
export function lineOf(format: LineFormat, event: LineEvent, origin: LineOrigin): string {
  const start = head(event, origin);
  switch (format) {
    case 'rfc5424':
      return `${start} ${structured(event, origin)} ${oneLine(event.sentence)}`;
    case 'cef':
      return `${start} - ${cef(event, origin)}`;
    case 'leef':
      return `${start} - ${leef(event, origin)}`;
  }
}

/** A line as bytes with its length before it (RFC 6587 3.4.1, RFC 5425 4.3). */
export function counted(line: string): Buffer {
  const bytes = Buffer.from(line);
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}
