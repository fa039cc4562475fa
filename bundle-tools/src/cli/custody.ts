import { checkChain } from '../documents/custody-chain.ts';
import { BundleError } from '../errors.ts';
import { verifyCustody } from '../host/custody.ts';
import { addCustodyLine } from '../host/custody-add.ts';
import { knownCustodyKeys } from '../host/custody-keys.ts';
import { readKeyFile } from '../host/key-files.ts';
import { hashFile } from '../host/objects.ts';
import { readReceipts } from '../host/receipts.ts';
import { getSite } from '../host/sites.ts';
import type { HostState } from '../host/state.ts';
import { custodyFolder, readChain } from '../importer/custody-beside.ts';
import { listMedium } from '../media/find.ts';
import { lstatSync } from '../person/files.ts';
import { nowMs, toTime } from '../platform/ambient.ts';
import { type Command, type CommandResult, textOption } from './command.ts';
import { argument, integerOption, stateOf, stateOption } from './state-option.ts';

const maxPerson = 1_000_000_000;

export const custodyAdd: Command = {
  usage: 'custody add --step hand-over|scan --file FILE --medium LABEL --person N --key FILE',
  example:
    'custody add --step hand-over --file /media/usb/1f0c77aa-1of1.tar --medium usb-12 --person 12 --key custody.json',
  options: {
    step: { required: true, value: 'STEP', help: 'hand-over or scan' },
    file: {
      required: true,
      value: 'FILE',
      path: { kind: 'medium', beside: ['custody'] },
      help: 'the volume on the medium; of an unpacked bundle, its bundle.dsse.json',
    },
    medium: { required: true, value: 'LABEL', help: 'what is written on the medium; no name of a person' },
    person: { required: true, value: 'N', help: 'the local number of who signs' },
    key: { required: true, value: 'FILE', path: 'input', help: 'the custody key' },
  },
  run: async (input) => {
    const step = textOption(input, 'step');
    if (step !== 'hand-over' && step !== 'scan') throw new BundleError('USAGE', '--step takes hand-over or scan');
    const file = textOption(input, 'file') ?? '';
    const keyPath = textOption(input, 'key') ?? '';
    const { signing } = readKeyFile(keyPath);
    if (signing === undefined) throw new BundleError('USAGE', `${keyPath} holds the public half only`);
    if (!lstatSync(file).isFile()) throw new BundleError('NOT_REGULAR', `${file} is not a plain file`);
    const { sha256 } = hashFile(file);
    const chain = addCustodyLine({
      folder: custodyFolder(file),
      step,
      person: integerOption(input, 'person', 1, maxPerson) ?? 0,
      medium: textOption(input, 'medium') ?? '',
      sha256,
      at: toTime(nowMs()),
      key: signing,
    });
    return { json: { sha256, lines: chain.length }, text: [`${step} signed, line ${chain.length} of ${sha256}`] };
  },
};

type Line = Pick<ReturnType<typeof checkChain>['lines'][number], 'at' | 'step' | 'person' | 'medium' | 'signer'>;

const lineText = ({ at, step, person, medium, signer }: Line): string =>
  `  ${at}  ${step.padEnd(9)}  person ${person}  ${medium}  ${signer === undefined ? 'unknown key' : `${signer.kind} key`}`;

const problemText = (problem: { code: string; sha256?: string; detail: string }): string =>
  `${problem.code}  ${problem.sha256 === undefined ? '' : `${problem.sha256.slice(0, 16)}  `}${problem.detail}`;

const result = (json: object, text: string[], problems: ReadonlyArray<{ code: string }>): CommandResult => {
  const isBroken = problems.some(({ code }) => code === 'CHAIN');
  return { json: { ...json, ok: !isBroken, problems }, text, ...(isBroken ? { exit: 1 as const } : {}) };
};

const verifySite = (state: HostState, name: string): CommandResult => {
  const site = getSite(state, name);
  const receipts = readReceipts(site);
  const { ways, problems } = verifyCustody(site, knownCustodyKeys(state), receipts);
  const { receipt_gap: gap } = site.record;
  const all = [
    ...problems,
    ...(gap === undefined
      ? []
      : [{ code: 'CHAIN' as const, detail: `receipts ${gap.from} to ${gap.to} are not here yet` }]),
  ];
  const head = site.record.receipt?.digest ?? null;
  return result(
    { site: name, ways, receipts: { count: receipts.length, head } },
    [
      ...ways.flatMap((way) => [
        `${way.sha256}  bundle ${way.bundle?.slice(0, 8) ?? 'unknown'}, ${way.receipt === undefined ? 'on the way' : `${way.result}, receipt ${way.receipt}`}`,
        ...way.lines.map(lineText),
      ]),
      `${receipts.length} receipts, unbroken`,
      ...all.map(problemText),
      all.some(({ code }) => code === 'CHAIN') ? 'CHAIN: broken' : 'no chain is broken',
    ],
    all,
  );
};

const verifyPath = (state: HostState, path: string): CommandResult => {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info === undefined) throw new BundleError('NOT_FOUND', `${path} is not there`);
  const files = info.isDirectory()
    ? listMedium(path)
        .filter(({ kind }) => kind === 'tar')
        .map((file) => file.path)
    : [path];
  const keys = knownCustodyKeys(state);
  const checked = files.map((file) => {
    const { sha256 } = hashFile(file);
    const texts = readChain(custodyFolder(file), sha256);
    const { lines, findings } = checkChain(texts, sha256, keys);
    const absent = { code: 'CHAIN' as const, line: 0, detail: 'no chain lies beside this file' };
    return { file, sha256, lines, findings: texts.length === 0 ? [absent] : findings };
  });
  const problems = checked.flatMap(({ sha256, findings }) =>
    findings.map(({ code, line, detail }) => ({
      code,
      sha256,
      detail: line === 0 ? detail : `line ${line}: ${detail}`,
    })),
  );
  return result(
    { files: checked.map(({ file, sha256, lines }) => ({ file, sha256, lines })) },
    [
      ...checked.flatMap(({ file, sha256, lines }) => [`${sha256}  ${file}`, ...lines.map(lineText)]),
      ...problems.map(problemText),
    ],
    problems,
  );
};

export const custodyVerify: Command = {
  usage: 'custody verify (--site SITE | PATH) --state DIR',
  example: 'custody verify --site plant-1 --state /var/lib/sallyport-bundle',
  options: { state: stateOption, site: { value: 'SITE', help: 'all chains of a site, and its receipts' } },
  positionals: [0, 1],
  paths: [{ kind: 'input', beside: ['custody'] }],
  run: async (input) => {
    const state = stateOf(input);
    const site = textOption(input, 'site');
    if ((site === undefined) === (input.positionals.length === 0))
      throw new BundleError('USAGE', 'give --site SITE or a PATH');
    return site === undefined ? verifyPath(state, argument(input, 0)) : verifySite(state, site);
  },
};
