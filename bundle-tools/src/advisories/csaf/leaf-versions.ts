import { parseFirmware } from '../../versions/firmware.ts';

// What the version text of a CSAF branch leaf means (ADVISORIES 6.1). The texts are written by people for people: what is
// understood becomes intervals, everything else stays for a person, with the class of the reason. Never a guess.

export type Bound = { version: string; inclusive: boolean };
export type Interval = { low?: Bound; high?: Bound };

export type ReviewReason =
  /** No version at all. */
  | 'none'
  /** Holds only under a condition: a patch, an edition, an option. */
  | 'condition'
  /** A model, an order number or a catalogue number where a version should be. */
  | 'model'
  /** Decided by a serial number. */
  | 'serial'
  | 'date'
  /** `3.X.17`, `2.2.2 *`. */
  | 'wildcard'
  /** The version of another part: BIOS, operating system, a library. */
  | 'part'
  /** Several statements that do not combine. */
  | 'mixed'
  | 'text';

/** What the bounds speak of: the product's own version unless said. */
export type Measure = 'version' | 'bios' | 'date' | 'serial';

export type LeafVersions =
  | { kind: 'all' }
  /** `serial`: bounds of the first digits of the serial number, as many as a bound has. `date`: `YYYY.M.D`. */
  | { kind: 'intervals'; of: Measure; intervals: readonly Interval[] }
  | { kind: 'review'; reason: ReviewReason };

const all: LeafVersions = { kind: 'all' };
const review = (reason: ReviewReason): LeafVersions => ({ kind: 'review', reason });

const maxLength = 512;
const maxIntervals = 64;

const lower: ReadonlySet<string> = new Set(['>', '>=']);
const operators: ReadonlyMap<string, string> = new Map([
  ['=<', '<='],
  ['=>', '>='],
  ['≤', '<='],
  ['≥', '>='],
]);

/** One spelling for blanks, operators and the words that mean an operator. */
const normalise = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[≤≥]|=<|=>/g, (found) => operators.get(found) ?? found)
    .replace(/[\s\u200b_]+/g, ' ')
    .trim()
    .toLowerCase()
    .replace(/^vers:[a-z]+\//, '')
    .replace(/^\(\s*(.*?)\s*\)$/, '$1')
    .replace(/^([<>]=?)\s*\(\s*([^()]*)\s*\)$/, '$1$2')
    .replace(/\bservice pack (?=[vr]?\d)(?=.*\bsp)/g, '')
    .replace(/\bprior (?:to|than)\b|\bbefore\b|\b(?:earlier|older|lower|less) than\b/g, ' < ')
    .replace(/\b(?:later|newer|higher|greater) than\b/g, ' > ')
    .replace(/\bup to(?:,? and including|,? including)?\b/g, ' <= ');

/** `1.0 and prior` becomes `<= 1.0`; `1.0 and later` becomes `>= 1.0`. */
const moveOperators = (text: string): string =>
  text
    .replace(
      /^(?:versions? )?([vr]?\d[^\s|<>,]*(?: (?:sp|update|upd|hf) ?\d+)*),? (?:and|or) (?:all )?(?:prior|earlier|below|older|previous)(?: versions?)?$/,
      '<= $1',
    )
    .replace(
      /^(?:versions? )?([vr]?\d[^\s|<>,]*(?: (?:sp|update|upd|hf) ?\d+)*),? (?:and|or) (?:all )?(?:later|newer|above|higher|onwards?)(?: versions?)?$/,
      '>= $1',
    )
    .replace(/^(?:versions? |from )?([vr]?\d[\w.]*) (?:to|through|thru) ([vr]?\d[\w.]*)$/, '>= $1 <= $2')
    .replace(
      /^between ([vr]?\d[\w.]*) \(including\) and ([vr]?\d[\w.]*) \((in|ex)cluding\)$/,
      (_, low: string, high: string, end: string) => `>= ${low} ${end === 'in' ? '<=' : '<'} ${high}`,
    )
    .replace(/^([vr]?\d+\.[\w.]*) ?[-–] ?([vr]?\d+\.[\w.]*)$/, '>= $1 <= $2')
    .replace(/^([vr]?\d+\.[\w.]*) <= ([vr]?\d+\.[\w.]*)$/, '>= $1 <= $2');

const dropWords = (text: string): string =>
  text
    .replace(/\b(?:firmware|fw|sv|rev\.?(?:ision)?)(?: versions?)?[:.]?(?= ?[vr]?\d)/g, ' ')
    .replace(/\b(?:versions?|ver\.?|release)\b[:.]?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const monthName = /\b(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\b/;
const datePattern =
  /\b(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])\b|\b\d{1,2}\/\d{1,2}\/\d{2,4}\b/;

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthText = `(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*`;
const dateBounds = [
  {
    pattern: new RegExp(String.raw`^(<=?|>=?) ?${monthText}[ /.-]?(\d{1,2})?[ ,/.-]+((?:19|20)\d\d)$`),
    order: [2, 1, 3],
  },
  { pattern: /^(<=?|>=?) ?((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})$/, order: [1, 2, 3] },
] as const;

/** `< April/22/2023` and `<= 2019-08-21`; a month without a day is not exact enough. */
const dateInterval = (text: string): Interval | undefined => {
  const [named, numbered] = dateBounds.map(({ pattern }) => pattern.exec(text));
  const [operator, year, month, day] =
    named != null
      ? [named[1], named[4], String(months.indexOf(named[2] ?? '') + 1), named[3]]
      : [numbered?.[1], numbered?.[2], numbered?.[3], numbered?.[4]];
  if (operator === undefined || day === undefined) return undefined;
  const bound = { version: [year, month, day].map(Number).join('.'), inclusive: operator.endsWith('=') };
  return operator.startsWith('<') ? { high: bound } : { low: bound };
};

/** `<= the first 5 digits of serial number 24051`, as MELSEC firmware is told apart. */
const serialInterval = (text: string): Interval | undefined => {
  const found = /^(<=?) ?(?:with )?(?:the )?first (\d) digits of (?:the )?serial (?:number|no\.?) ?"?(\d+)"?$/.exec(
    text,
  );
  const [, operator, digits, version] = found ?? [];
  if (operator === undefined || version === undefined || version.length !== Number(digits)) return undefined;
  return { high: { version, inclusive: operator === '<=' } };
};

/** `V5.x`, `12.2.x.x`: what a version that ends in a wildcard begins with; undefined without one, or with one inside. */
const wildcardStem = (version: string): string | undefined => /^(?:v|r)?(\d+(?:\.\d+)*)(?:\.[x*])+$/.exec(version)?.[1];

/** The first version behind all that begin with the stem. */
const behindStem = (stem: string): string => {
  const parts = stem.split('.').map(BigInt);
  return parts.map((part, at) => (at === parts.length - 1 ? part + 1n : part)).join('.');
};

/** Bounds of a term whose version ends in a wildcard; undefined for a plain one. */
const wildcardInterval = ({ operator, version }: Term): Interval | undefined => {
  const stem = wildcardStem(version);
  if (stem === undefined) return undefined;
  const from = { version: stem, inclusive: true };
  const behind = { version: behindStem(stem), inclusive: false };
  if (operator === '' || operator === '=') return { low: from, high: behind };
  if (operator === '<=') return { high: behind };
  if (operator === '<') return { high: { ...from, inclusive: false } };
  return operator === '>=' ? { low: from } : { low: { ...behind, inclusive: true } };
};

/** Classes of texts that no grammar may decide. */
const reasonOf = (text: string): ReviewReason | undefined => {
  if (/serial|s\/n\b/.test(text)) return 'serial';
  if (monthName.test(text) || datePattern.test(text)) return 'date';
  if (/\b(?:bios|u-boot|linux|windows|android|kernel|function state|bootloader|module|driver)\b/.test(text))
    return 'part';
  if (
    /\b(?:with|without|if|when|only|configur\w*|installed|unless|except|excluding|contain\w*|running|using|edition|no)\b/.test(
      text,
    )
  )
    return 'condition';
  if (/\d[x*](?![a-z0-9])|[.][x*](?=\.\d)|(?<!\d\.)\*|\bxx+\b/.test(text)) return 'wildcard';
  return undefined;
};

/** Suffixes that belong to a version: SP1, Update 2, HF3, P010, build 123, a, RS09. */
const suffix = String.raw`(?:[ .-]?\(?(?:sp|service ?pack|update|upd|up|hf|hotfix|patch|p|build|b|rc|rev|hotfixrev|mp|cu|tcu|qu|r) ?\.?\d+[a-z]?\)?)`;
const versionPattern = new RegExp(
  String.raw`^(?:v\.? ?|r)?\d+(?:[.\-]\d+)*(?:[a-z]{1,2}\d*)?(?:\.\d+)*(?:${suffix})*$`,
);
/** After an operator more is taken for a version, since nothing else stands there. */
const boundPattern = new RegExp(
  String.raw`^(?:(?:v\.? ?|r|fw ?|firmware |se|m|ver ?|[a-z]\.|mx-v)?\d[\w.]*(?:[-+]\w[\w.]*)?(?:\(\w+\)[\w.]*)?(?:${suffix})*|[a-z]{1,2}\d*)$`,
);

/** A long plain number is an article, a year is an edition; a version has dots or is short. */
const looksLikeVersion = (text: string): boolean =>
  (versionPattern.test(text) || /^(?:mx-v|m|sw |[a-z]\.)\d+(?:\.\d+)*(?:[-.]r\d+)?$/.test(text)) &&
  !/^\d{5,}$/.test(text) &&
  !/^\d{4}-[a-z]/.test(text);

type Term = { operator: string; version: string };

const termsOf = (text: string): Term[] | undefined => {
  const terms: Term[] = [];
  for (const piece of text.split(/\||,| and | or |;/).map((part) => part.trim())) {
    if (piece === '') continue;
    const found = [...piece.matchAll(/(<=|>=|<|>|=)?\s*([^<>=|]+)/g)];
    if (found.map(([whole]) => whole).join('') !== piece) return undefined;
    for (const [, operator, version] of found)
      terms.push({ operator: operator ?? '', version: (version ?? '').trim() });
  }
  return terms;
};

const toBound = ({ operator, version }: Term): Bound => ({ version, inclusive: operator.endsWith('=') });

/** Pairs a lower bound with the upper bound that follows it; undefined where the terms do not combine. */
const combine = (terms: readonly Term[]): Interval[] | undefined => {
  const intervals: Interval[] = [];
  for (let at = 0; at < terms.length; at += 1) {
    const term = terms[at];
    const next = terms[at + 1];
    if (term === undefined) return undefined;
    const wild = wildcardInterval(term);
    if (wild !== undefined) {
      if (terms.length > 1 && term.operator !== '') return undefined;
      intervals.push(wild);
      continue;
    }
    if (lower.has(term.operator)) {
      if (next?.operator.startsWith('<')) {
        intervals.push({ low: toBound(term), high: toBound(next) });
        at += 1;
        continue;
      }
      // A lower bound alone must be alone: followed by others it is unclear what it bounds.
      if (terms.length > 1) return undefined;
      intervals.push({ low: toBound(term) });
    } else if (term.operator.startsWith('<')) {
      // One upper bound among single versions is a list; two of them contradict each other.
      if (terms.filter(({ operator }) => operator.startsWith('<')).length > 1) return undefined;
      intervals.push({ high: toBound(term) });
    } else {
      const bound = { version: term.version, inclusive: true };
      intervals.push({ low: bound, high: bound });
    }
  }
  return intervals.length > maxIntervals ? undefined : intervals;
};

const classify = (version: string): ReviewReason => {
  if (!/\d/.test(version)) return 'text';
  return /[a-z]/.test(version) && /^[\w./ -]+$/.test(version) ? 'model' : 'text';
};

/** The meaning of the text of a leaf (`product_version` or `product_version_range`); pure, any input. */
export const leafVersions = (text: string): LeafVersions => {
  if (text.length > maxLength) return review('text');
  let plain = normalise(text);
  if (/^(?:\*|all|all versions?|any|all (?:firmware|software)(?: versions?)?)?$/.test(plain)) return all;
  const afterAll = /^all (?:(?:firmware|software) )?versions?\b:?(.*)$/.exec(plain);
  if (/^all bios versions? ?</.test(plain)) plain = plain.slice('all '.length);
  else if (afterAll !== null) {
    plain = (afterAll[1] ?? '').trim();
    if (!/^(?:[<>=]|between )/.test(plain)) return review(reasonOf(plain) ?? 'condition');
  }
  const dated = dateInterval(plain);
  if (dated !== undefined) return { kind: 'intervals', of: 'date', intervals: [dated] };
  const serial = serialInterval(plain);
  if (serial !== undefined) return { kind: 'intervals', of: 'serial', intervals: [serial] };
  const bios = /^bios(?: versions?)? ?(<=? ?[vr]?\d[\w.]*)$/.exec(plain);
  if (bios !== null) plain = bios[1] ?? '';
  const reason = reasonOf(plain);
  if (reason !== undefined) return review(reason);
  plain = dropWords(moveOperators(plain));
  const terms = termsOf(plain);
  if (terms === undefined || terms.length === 0) return review('text');
  for (const { operator, version } of terms) {
    const good = operator === '' ? looksLikeVersion(version) : boundPattern.test(version);
    if (wildcardStem(version) !== undefined) continue;
    if (!good || parseFirmware(version) === undefined)
      return review(/[()]/.test(version) ? 'condition' : terms.length > 1 ? 'mixed' : classify(version));
  }
  const intervals = combine(terms);
  return intervals === undefined
    ? review('mixed')
    : { kind: 'intervals', of: bios === null ? 'version' : 'bios', intervals };
};
