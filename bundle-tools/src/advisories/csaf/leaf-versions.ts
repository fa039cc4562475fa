import { parseFirmware } from '../../versions/firmware.ts';
import type { Interval, LeafVersions, ReviewReason } from './bounds.ts';
import { combine, DIGIT, isWild, termsOf } from './version-terms.ts';

// Bounds of other things than versions: dates of manufacture, and the first digits of serial numbers.

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const namedDate =
  /^(<=?|>=?) ?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ /.-]?(\d{1,2})?[ ,/.-]+((?:19|20)\d\d)$/;
const namedMonth = /^(<=?|>=?) ?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* ?((?:19|20)\d\d)$/;
const numberedDate = /^(<=?|>=?) ?((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})$/;
const americanDate = /^(<=?|>=?) ?(\d{1,2})\/(\d{1,2})\/((?:19|20)\d\d)$/;

const monthNumber = (name: string | undefined): string => String(months.indexOf(name ?? '') + 1);

const interval = (operator: string, version: string): Interval => {
  const bound = { version, inclusive: operator.endsWith('=') };
  return operator.startsWith('<') ? { high: bound } : { low: bound };
};

/** A month as a bound: up to a month is up to its end. */
const monthInterval = (operator: string, year: number, month: number): Interval => {
  const isWhole = operator === '<=' || operator === '>';
  const [y, m] = isWhole ? (month === 12 ? [year + 1, 1] : [year, month + 1]) : [year, month];
  const bound = { version: `${y}.${m}.1`, inclusive: operator.startsWith('>') };
  return operator.startsWith('<') ? { high: bound } : { low: bound };
};

/** `< April/22/2023`, `<= 2019-08-21`, `<= production date December 2020`. */
const dateInterval = (text: string): Interval | undefined => {
  const plain = text.replace(/^([<>]=?) ?production date /, '$1');
  const named = namedDate.exec(plain);
  const found =
    named?.[3] !== undefined
      ? [named[1], named[4], monthNumber(named[2]), named[3]]
      : (numberedDate.exec(plain)?.slice(1) ?? americanDateParts(plain));
  const [operator, ...date] = found ?? [];
  if (operator !== undefined) return interval(operator, date.map(Number).join('.'));
  const month = namedMonth.exec(plain);
  if (month?.[1] === undefined) return undefined;
  return monthInterval(month[1], Number(month[3]), Number(monthNumber(month[2])));
};

/** `8/30/2024`: a day behind twelve tells which number is the month. */
const americanDateParts = (text: string): (string | undefined)[] | undefined => {
  const [, operator, month, day, year] = americanDate.exec(text) ?? [];
  return operator === undefined || Number(day) <= 12 || Number(month) > 12 ? undefined : [operator, year, month, day];
};

const counts: Readonly<Record<string, number>> = { two: 2, three: 3, four: 4, five: 5, six: 6 };
const serialText =
  /^(<=?|>=?)? ?(?:with )?(?:the )?(?:first )?(\d|two|three|four|five|six) {1,2}digits of (?:the )?serial (?:numbers?|no\.?)(?: are)? ?(<=?|>=?)? ?"?([\dxyz]+)"?(?: \4)?$/;
const serialPrefix = /^(<=?) ?serial numbers? (\d{3,10})\*+$/;

/** `<= the first 5 digits of serial number 24051`, as MELSEC firmware is told apart. */
const serialInterval = (text: string): Interval | undefined => {
  const [, before, count = '', behind, version] = serialText.exec(text) ?? [];
  const operator = before ?? behind;
  if (version !== undefined && operator !== undefined)
    return version.length === (counts[count] ?? Number(count)) ? interval(operator, version) : undefined;
  const prefix = serialPrefix.exec(text);
  return prefix?.[1] === undefined || prefix[2] === undefined ? undefined : interval(prefix[1], prefix[2]);
};

// What the version text of a CSAF branch leaf means (ADVISORIES 6.1). The texts are written by people for people: what is
// understood becomes intervals, everything else stays for a person, with the class of the reason. Never a guess.

const all: LeafVersions = { kind: 'all' };
const review = (reason: ReviewReason): LeafVersions => ({ kind: 'review', reason });

const maxLength = 512;
const operators: ReadonlyMap<string, string> = new Map([
  ['=<', '<='],
  ['=>', '>='],
  ['≤', '<='],
  ['≥', '>='],
]);

/** Brackets that say the same once more, or nothing about versions. */
const restated =
  /\((?:(?:formerly (?!known)|including (?:former|centum)|incl\. |these products are sold|(?:gold )?build |all editions|eol\b|end-of-life)[^()<>]*|aka [^()]*|rev [a-z]|20\d\d r\d|v?\d+(?:\.\d+)+)\)/g;

/** One spelling for blanks, operators and the words that mean an operator. */
const normalise = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/(?<=^|[<>=| VvRr])(\d+(?:\.\d+)+|\d{2,})x(?![\w.])/g, `$1${DIGIT}`)
    // `5_7_04_6469`: dots, in an underscored text.
    .replace(/(?<=^|[<>= ])\d+(?:_\d+){2,}(?![\w.])/g, (found) => found.replaceAll('_', '.'))
    .replace(/[≤≥]|=<|=>/g, (found) => operators.get(found) ?? found)
    .replace(/[\s\u200b_]+/g, ' ')
    .trim()
    .toLowerCase()
    .replace(/^vers:[a-z]+\//, '')
    .replace(/^and +(?=\d)/, '')
    .replace(restated, ' ')
    // `< 6.6 (6.x series)`: of that branch.
    .replace(/^< ?(\S+) \((\d+)\.x series\)$/, '>= $2 < $1')
    // `1.0.3 (3354)`: the number of the build.
    .replace(/(?<=\d[a-z]?) \((\d{1,6})\)$/, '($1)')
    .replace(/ -(?=\|)/g, '')
    // A card of the product, a branch: `NMC2 <= 6.9.6`, `V4.7: < V4.7 HF27`.
    .replace(/^(?:[a-z]{2,5}\d |v\d+(?:\.\d+)*: )(?=[<>]=? ?[vr]?\d)/, '')
    .trim()
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
    .replace(/^(?:versions? |from )?([vr]?\d[\w.]*) (?:to|through|thru|until) ([vr]?\d[\w.]*)$/, '>= $1 <= $2')
    .replace(
      /^between ([vr]?\d[\w.]*) \(including\) and ([vr]?\d[\w.]*) \((in|ex)cluding\)$/,
      (_, low: string, high: string, end: string) => `>= ${low} ${end === 'in' ? '<=' : '<'} ${high}`,
    )
    .replace(
      /^([\w.]+) \(including\) and ([\w.]+) \((in|ex)cluding\)$/,
      (_, low: string, high: string, end: string) => `>= ${low} ${end === 'in' ? '<=' : '<'} ${high}`,
    )
    .replace(/^([vr]?\d+\.[\w.]*) ?[-–—] ?([vr]?\d+\.[\w.]*)$/, '>= $1 <= $2')
    .replace(/^(\d{1,3}) - (\d{1,3})$/, '>= $1 <= $2')
    .replace(/^(v\d{1,3})-(v\d{1,3})$/, '>= $1 <= $2')
    .replace(/^>= ?(\d[\w.]*) - but not including (\d[\w.]*)$/, '>= $1 < $2')
    .replace(/^<= ?(\d+\.[\d.]+) \/ (\d+\.[\d.]+)$/, '<= $1 | <= $2')
    .replace(/^\(release ((?:\d+\.[\d.]+ ?)+)\)$/, '$1')
    .replace(/ and all versions? (?=[<>])/g, ' | ')
    .replace(/,? and$/, '')
    // A list whose signs were lost: `2.51 2.52`.
    .replace(
      /(?<=^|\|)( ?v?\d+\.[\d.]*[\dx])((?: v?\d+\.[\d.]*[\dx])+) ?(?=\||$)/g,
      (_, first: string, rest: string) => `${first}${rest.replaceAll(' ', ' | ')} `,
    )
    // Several branches, each with its fixed version: `< 33.017 34.014 35.013`.
    .replace(/^(<=? ?)(v?\d+\.\d+(?: v?\d+\.\d+)+)$/, (_, operator: string, versions: string) =>
      versions
        .split(' ')
        .map((version) => `${operator}${version}`)
        .join(' | '),
    )
    .replace(/^([vr]?\d+\.[\w.]*) <= ([vr]?\d+\.[\w.]*)$/, '>= $1 <= $2');

const dropWords = (text: string): string =>
  text
    .replace(/\b(?:firmware|fw(?!\d{1,3}(?![\w.]))|sv|rev\.?(?:ision)?)(?: versions?)?[:.]?(?= ?[vr]?\d)/g, ' ')
    .replace(/\b(?:versions?|ver\.?|release)\b[:.]?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const monthName = /\b(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\b/;
const datePattern =
  /\b(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])\b|\b\d{1,2}\/\d{1,2}\/\d{2,4}\b/;

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

// Suffixes that belong to a version: SP1, Update 2, HF3, P010, build 123, a, RS09.
const versionPattern =
  /^(?:v\.? ?|r|fw)?\d+(?:[.-]\d+)*(?:[a-z]{1,2}\d*)?(?:\.\d+)*(?:(?:[ .-]?\(?(?:sp|service ?pack|update|upd|up|hf|hotfix|security patch|patch|feature pack|fp|p|build|beta|bn|b|rc|rev|hotfixrev|mp|cu|tcu|qu|ru|uc|sr|ir|u|d|f|r|v) ?\.?\d+(?:\.\d+)*[a-z]?\)?))*$/;
/** After an operator more is taken for a version, since nothing else stands there: `2.11 R3 2259`, `1-02-08`, `VX.17 Update 5`. */
const boundPattern =
  /^(?:(?:v\.? ?|r|fw ?|firmware |se|m|ver ?|[a-z]\.|mx-v|vx\.)?\d[\w.]*(?:[-+]\w[\w.]*){0,3}(?:\(\w+\)[\w.]*)?(?:(?:[ .-]?\(?(?:sp|service ?pack|update|upd|up|hf|hotfix|security patch|patch|feature pack|fp|p|build|beta|bn|b|rc|rev|hotfixrev|mp|cu|tcu|qu|ru|uc|sr|ir|u|d|f|r|v) ?\.?\d+(?:\.\d+)*[a-z]?\)?)| \d[\d.]*)*(?: [a-z])?|[a-z]{1,2}\d*)$/;
/** A word that belongs to the version as the device says it, too: `QRTB 2.12.7`, `SS016.05.03`, `Update 19`. */
const wordyBound = /^[a-z][a-z./-]{0,15}[ .-]?v?\d[\w.-]{0,40}(?: (?:sp|update|u|sr|hf)\d{1,4})?$/;
/** `CPCI85 V05.11`: the name of the firmware, and its version behind a V. */
const namedBound = /^[a-z]{2,5}\d{2,3} v\d[\d.]*$/;
/** Not a version: a commit, a place-holder, a word that ran into it. */
const noVersion = /^[\da-f]{7,40}$|xx|and$/;
const isBound = (text: string): boolean =>
  boundPattern.test(text) || namedBound.test(text) || (wordyBound.test(text) && !noVersion.test(text));

/** A long plain number is an article, a year is an edition; a version has dots or is short. */
const looksLikeVersion = (text: string): boolean =>
  (versionPattern.test(text) ||
    /^(?:mx-v|m|sw |[a-z]\.)\d+(?:\.\d+)*(?:[-.]r\d+)?$/.test(text) ||
    /^[a-z]\d+(?:\.\d+){2,4}$/.test(text) ||
    /^\d+\.\d+ kit\d$/.test(text)) &&
  !/^\d{5,}$/.test(text) &&
  !/^\d{4}-[a-z]/.test(text);

/** `HD 16 | HD23`: versions with letters are told from models by the company that they keep. */
const letteredVersion = /^[a-z]{2} ?\d{2}$/;

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
    // `V14 < V14 SP3`: of that branch.
    const branch = /^(v\d+(?:\.\d+)*) (<=?) ?(\1 .*)$/.exec(plain);
    if (branch !== null) plain = `>= ${branch[1]} ${branch[2]} ${branch[3]}`;
    if (!/^(?:[<>=]|between )/.test(plain)) return review(reasonOf(plain) ?? 'condition');
    plain = moveOperators(plain);
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
  const isRow =
    terms.length > 1 && terms.every(({ operator, version }) => operator === '' && letteredVersion.test(version));
  for (const { operator, version } of terms) {
    const good = operator === '' ? isRow || looksLikeVersion(version) : isBound(version);
    if (isWild(version)) continue;
    if (!good || parseFirmware(version) === undefined)
      return review(/[()]/.test(version) ? 'condition' : terms.length > 1 ? 'mixed' : classify(version));
  }
  const combined = combine(terms);
  if (combined === undefined) return review('mixed');
  return { kind: 'intervals', of: bios === null ? 'version' : 'bios', ...combined };
};
