import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { type DataActs, dataActs } from '../data-acts/client.ts';
import { type HandedKey, handOverAtTerminal, handOverInFile } from '../features/backups/hand-over.ts';
import { checkPlant } from '../features/server-certificate/check.ts';
import { defaultAddresses } from '../features/setup/addresses.ts';
import { readAnswers } from '../features/setup/answers.ts';
import { checkComputer, type SetupCheck } from '../features/setup/check.ts';
import { activeFirewalls, openPort, portLine } from '../features/setup/firewall.ts';
import { linksAt } from '../features/setup/links.ts';
import * as system from '../features/setup/system.ts';
import { assertWindow, noWindow, noWindowNote } from '../features/windows/first-window.ts';
import { type Config, parseListen, siteName } from '../platform/config.ts';
import { namedAddresses } from '../platform/connect.ts';
import { AppError } from '../platform/errors.ts';
import { applianceRelease } from '../platform/release.ts';
import { userNamed } from '../platform/service-user.ts';
import { siteTimeZone } from '../platform/time-zone.ts';
import type { Command, CommandContext } from './command.ts';
import { clockOption, confirmClock } from './confirm-clock.ts';

type Answers = {
  site: string;
  addresses: readonly string[];
  listen: Config['listen'];
  administrator: string;
  masterKey: 'credential' | 'file';
  media: boolean;
  /** Files of a certificate of the plant. */
  plant: PlantFiles | undefined;
  /** When computers may be changed; of a site that is being made. */
  window: string;
};

type PlantFiles = { certificate: string; key: string; authority: string | undefined };

const isYes = (text: string): boolean => {
  if (!/^(yes|no)$/.test(text)) throw new AppError('USAGE', `say yes or no, not ${text}`);
  return text === 'yes';
};

const masterKeyOf = (text: string): Answers['masterKey'] => {
  if (text !== 'credential' && text !== 'file') throw new AppError('USAGE', '--master-key is credential or file');
  return text;
};

const none = 'none';

/** The files of a certificate of the plant; undefined where there is none, or the one that is set stays. */
async function plantFiles(
  text: CommandContext['text'],
  ask: (given: string | undefined, question: string) => Promise<string>,
): Promise<PlantFiles | undefined> {
  const certificate = await ask(text('certificate'), "Certificate of the plant's own authority with its chain, a file");
  const other = ['certificate-key', 'certificate-authority'].find((name) => text(name) !== undefined);
  if (certificate === none && other !== undefined) throw new AppError('USAGE', `--${other} goes with --certificate`);
  if (certificate === none) return undefined;
  const key = await ask(text('certificate-key'), 'Its private key, a file');
  if (key === none) throw new AppError('USAGE', '--certificate-key is missing');
  const authority = await ask(text('certificate-authority'), "The plant's root where the chain does not end with it");
  return { certificate, key, authority: authority === none ? undefined : authority };
}

/** What is in the files, looked at before anything is changed. INVALID, USAGE. */
function assertPlant({ certificate, key, authority }: PlantFiles, addresses: readonly string[]): void {
  const read = (path: string): string => {
    if (!isThere(path)) throw new AppError('USAGE', `there is no file ${path}`);
    return readFileSync(path, 'utf8');
  };
  const given = { certificate: read(certificate), key: read(key), authority: authority && read(authority) };
  checkPlant(given, { addresses, nowMs: nowMs() });
}

/** A person is at the terminal and is asked. */
const isAttended = ({ flag, json, text }: CommandContext): boolean =>
  process.stdin.isTTY && !json && !flag('yes') && text('answers') === undefined;

/** The command with the answers of a file where its options say nothing. USAGE. */
function withAnswers(context: CommandContext): CommandContext {
  const path = context.text('answers');
  if (path === undefined) return context;
  const answers: Readonly<Record<string, string | undefined>> = readAnswers(path);
  const texts = (name: string): readonly string[] => {
    const given = context.texts(name);
    const answer = answers[name];
    if (given.length > 0 || answer === undefined) return given;
    return name === 'address' ? answer.split(/[\s,]+/) : [answer];
  };
  return {
    ...context,
    texts,
    text: (name) => texts(name)[0],
    flag: (name) =>
      context.flag(name) ||
      (name === 'firewall' && answers['firewall'] === 'yes') ||
      (name === 'clock-confirmed' && answers['clock'] === 'confirmed'),
  };
}

/** What this computer lacks; without `wanted` as the options say it, or as it is set. */
function checksOf(
  { text, texts }: CommandContext,
  target: system.System,
  dataDir: string,
  held: Config | undefined,
  wanted?: Pick<Answers, 'addresses' | 'listen'>,
): Promise<SetupCheck[]> {
  const named = texts('address');
  const asked = text('port');
  const listen = wanted?.listen ?? {
    address: held?.listen.address ?? '0.0.0.0',
    port: asked === undefined ? (held?.listen.port ?? 443) : parseListen(`:${asked}`).port,
  };
  return checkComputer({
    dataDir,
    listen,
    addresses: wanted?.addresses ?? (named.length > 0 ? named : (held?.addresses ?? defaultAddresses())),
    isOurs: held?.listen.port === listen.port && system.isServing(target),
    nowMs: nowMs(),
    releasedMs: Date.parse(applianceRelease().builtAt ?? '') || 0,
    addressesOf: namedAddresses,
  });
}

/** The result of `setup --check`. */
function showChecks({ out }: CommandContext, checks: readonly SetupCheck[]): number {
  const isReady = checks.every(({ state }) => state !== 'failed');
  out.table(
    ['CHECK', 'STATE', 'DETAIL'],
    checks.map(({ name, state, detail }) => [name, state, detail]),
  );
  out.result({ isReady, checks });
  return isReady ? 0 : 1;
}

/** What doctor found where it ended well: warnings are no faults, and are named. */
function doctorLine(text: string): string {
  const warnings = [...text.matchAll(/^warning +(.+)$/gm)].map(([, name]) => name);
  return warnings.length === 0 ? 'found nothing' : `found no fault; it warns of: ${warnings.join(', ')}`;
}

/** Warnings are told, and setup goes on. USAGE for what it cannot go on with, before anything is made. */
function assertReady({ out }: CommandContext, checks: readonly SetupCheck[]): void {
  for (const { name, state, detail } of checks) if (state === 'warning') out.note(`${name}: ${detail}`);
  const failed = checks.filter(({ state }) => state === 'failed');
  if (failed.length > 0) throw new AppError('USAGE', failed.map(({ name, detail }) => `${name}: ${detail}`).join('; '));
}

/** Opens the port where that was asked for; what stands between it and others. */
function portToOpen({ flag }: CommandContext, port: number): string {
  const opened = flag('firewall') ? openPort(port) : [];
  return portLine(port, activeFirewalls(port)) + (opened.length === 0 ? '' : `; opened by ${opened.join(' && ')}`);
}

/** What options say, else what a person at the terminal says, else what is suggested; what is set already is the suggestion. */
async function answersOf(context: CommandContext, held: Config | undefined): Promise<Answers> {
  const { text, texts } = context;
  const terminal = isAttended(context) ? createInterface({ input: process.stdin, output: process.stderr }) : undefined;
  const ask = async (given: string | undefined, question: string, suggested: string | undefined): Promise<string> => {
    if (given !== undefined) return given;
    const answer = await terminal?.question(`${question}${suggested === undefined ? '' : ` [${suggested}]`}: `);
    const taken = answer?.trim() || suggested;
    if (taken === undefined) throw new AppError('USAGE', `--site is missing: ${question}`);
    return taken;
  };
  try {
    const site = held?.site ?? (await ask(text('site'), "The site's name in documents: a-z, 0-9, -", undefined));
    if (!siteName.safeParse(site).success) throw new AppError('USAGE', '--site takes 1 to 64 of a-z, 0-9 and -');
    if (held !== undefined && text('site') !== undefined && text('site') !== site)
      throw new AppError('EXISTS', `the data folder is of site ${site} already`);
    const given = texts('address');
    const suggested = (held?.addresses ?? defaultAddresses()).join(' ');
    const named = given.length > 0 ? given.join(' ') : undefined;
    const addresses = (
      await ask(named, 'Names and addresses of this computer for browsers and agents', suggested)
    ).split(/[\s,]+/);
    const port = await ask(text('port'), 'Port', `${held?.listen.port ?? 443}`);
    const administrator = text('administrator') ?? 'administrator';
    const masterKey = await ask(
      text('master-key'),
      'Master key: credential (sealed to this computer) or file',
      'credential',
    );
    const plant = await plantFiles(text, (given, question) => ask(given, question, none));
    const window =
      held === undefined
        ? await ask(
            text('window'),
            'When computers may be changed (daily 02-05, daily 00-24 is at any time, none)',
            noWindow,
          )
        : noWindow;
    assertWindow(window);
    const media = await ask(text('media'), 'Mount media that are plugged in, read-only: yes or no', 'yes');
    return {
      site,
      addresses,
      listen: { address: held?.listen.address ?? '0.0.0.0', port: parseListen(`:${port}`).port },
      administrator,
      masterKey: masterKeyOf(masterKey),
      media: isYes(media),
      plant,
      window,
    };
  } finally {
    terminal?.close();
  }
}

/** As the command that people use; the running server presents it within seconds. */
const setPlant = (target: system.System, dataDir: string, { certificate, key, authority }: PlantFiles) => {
  const root = authority === undefined ? [] : ['--authority', resolve(authority)];
  const files = ['--certificate', resolve(certificate), '--key', resolve(key), ...root];
  return system.runCommand(target, 'certificate', 'set', ...files, '--data', dataDir);
};

type Known = { state: string; publicKey: string; isInUse: boolean };

/** What is left of a setup that ended early, until the first log-in: the recovery key and the first log-in. */
type Unfinished = { key: HandedKey | undefined; links: string[] | undefined; linkExpires: string | undefined };

/** What config.json says, and whether the folder was made to its end. */
type Site = { held: Config | undefined; isMade: boolean };

const siteIn = async (data: DataActs): Promise<Site> => {
  if (!isThere(data.dataDir)) return { held: undefined, isMade: false };
  const { config, isMade } = await data.call('site.read', {});
  return { held: config ?? undefined, isMade };
};

/** Fills the data folder, or brings addresses and port of one that is made to what is wanted. */
async function makeData(
  data: DataActs,
  wanted: Answers,
  { held, isMade }: Site,
  handed: HandedKey | undefined,
  isClockConfirmed: boolean,
) {
  const { site, addresses: named, listen, administrator, window } = wanted;
  const addresses = [...named];
  if (held === undefined || !isMade) {
    const prepared = handed?.prepared;
    const recovery = prepared && { ...prepared, positions: [...prepared.positions] };
    const input = { site, addresses, listen, administrator, recovery, isClockConfirmed, window };
    return {
      made: await data.call('site.initialise', input),
      isChanged: true,
    };
  }
  const config: Config = { ...held, addresses, listen };
  const isChanged = JSON.stringify(config) !== JSON.stringify(held);
  if (isChanged) await data.call('site.write-config', { config });
  return { made: undefined, isChanged };
}

/** Hands the recovery key over: `publicKey` is what the appliance has. */
const handOver = (
  context: CommandContext,
  target: system.System,
  site: string,
  publicKey?: string,
): Promise<HandedKey> =>
  isAttended(context)
    ? handOverAtTerminal()
    : handOverInFile({ prefix: target.prefix, site, file: context.text('recovery-key-file'), publicKey });

/** Finishes what an earlier setup left unsaid. After somebody has signed in nothing is: the key is made anew by two persons. */
async function finish(
  context: CommandContext,
  target: system.System,
  site: string,
  dataDir: string,
): Promise<Unfinished> {
  const data = ['--data', dataDir];
  const known = system.askCommand<Known>(target, ['recovery-key', 'show', ...data]);
  if (known.isInUse) return { key: undefined, links: undefined, linkExpires: undefined };
  const key = known.state === 'confirmed' ? undefined : await handOver(context, target, site, known.publicKey);
  if (key?.prepared !== undefined) {
    const renew = ['recovery-key', 'renew', '--prepared-file', '-', ...data];
    system.askCommand(target, renew, JSON.stringify(key.prepared));
  }
  const first = ['account', 'first-link', ...data];
  return { key, ...system.askCommand<{ links: string[]; linkExpires: string }>(target, first) };
}

const keyLine = ({ file }: HandedKey): string =>
  file === undefined
    ? 'recovery key    confirmed'
    : `recovery key    in ${file}, not confirmed: move it away from this computer, then type its groups on the page Backups, Recovery key`;

export const command: Command = {
  summary:
    'makes this computer the appliance of a site: data folder, keys, port, service; again, it changes what is said anew',
  options: {
    site: { value: 'NAME', help: "the site's name in documents: a-z, 0-9, -" },
    address: { value: 'NAME', multiple: true, help: 'a name or address that browsers and agents use; may repeat' },
    port: { value: 'PORT', help: 'where the server listens (443)' },
    administrator: { value: 'NAME', help: 'the first account (administrator)' },
    'master-key': { value: 'KIND', help: 'credential: sealed to this computer; or file (credential)' },
    certificate: {
      value: 'FILE',
      path: 'system',
      help: "a certificate of the plant's own authority with its chain, PEM",
    },
    'certificate-key': { value: 'FILE', path: 'system', help: 'its private key, PEM without a password' },
    'certificate-authority': { value: 'FILE', path: 'system', help: 'the root, where the chain does not end with it' },
    window: { value: 'TIME', help: "when computers may be changed: 'daily 00-24', '2nd Sunday 06-10' or none (none)" },
    media: { value: 'yes|no', help: 'mount media that are plugged in (yes)' },
    'recovery-key-file': {
      value: 'FILE',
      path: 'system',
      help: 'a new file for the recovery key where no person is asked (~/sallyport-recovery-key-SITE.txt)',
    },
    firewall: {
      help: 'open the port in the firewall of this computer (ufw, firewalld, nftables); else it is only told',
    },
    check: { help: 'only look whether this computer has what it takes: memory, disk, port, clock, firewall, names' },
    answers: {
      value: 'FILE',
      path: 'system',
      help: 'answers in a file of mode 0600, "name = value" a line; options go before',
    },
    ...clockOption,
    yes: { help: 'take what is suggested instead of asking' },
    prefix: { value: 'DIR', path: 'system', help: 'another folder than / for /etc: for images; nothing is started' },
  },
  example: 'sallyport setup --site plant-7 --address sallyport.plant.example --yes',
  run: async (given) => {
    const context = withAnswers(given);
    const { text, out } = context;
    const target = system.systemAt(text('prefix') ?? '');
    const isSystem = target.prefix === '';
    const dataDir = resolve(context.dataDir);
    if (context.flag('check')) {
      const reader = dataActs(dataDir, isSystem && process.getuid?.() === 0 ? userNamed('sallyport') : undefined);
      const { held } = await siteIn(reader);
      reader.close();
      return showChecks(context, await checksOf(context, target, dataDir, held));
    }
    if (isSystem && process.getuid?.() !== 0) throw new AppError('USAGE', 'setup changes the system: run it as root');
    if (/\s/.test(dataDir)) throw new AppError('USAGE', 'the path of the data folder has no blanks');
    const user = system.serviceUser(target);
    const data = dataActs(dataDir, user);
    const found = await siteIn(data);
    const wanted = await answersOf(context, found.held);
    if (wanted.plant !== undefined) assertPlant(wanted.plant, wanted.addresses);
    if (isSystem) assertReady(context, await checksOf(context, target, data.dataDir, found.held, wanted));
    const isClockConfirmed = !found.isMade && (await confirmClock(context, isAttended(context)));
    const handed = found.isMade ? undefined : await handOver(context, target, wanted.site);
    const { made, isChanged } = await (async () => {
      system.makeDataFolder(dataDir, user);
      return makeData(data, wanted, found, handed, isClockConfirmed);
    })().catch((error: unknown) => {
      handed?.undo();
      throw error;
    });
    const parts = [
      isChanged,
      system.nameDataFolder(target, dataDir),
      system.allowPort(target, wanted.listen.port),
      system.mountMedia(target, wanted.media),
    ];
    const master = await system.keepMasterKey(target, data, wanted.masterKey);
    data.close();
    const isRunning = system.startService(target, parts.includes(true) || made !== undefined);
    const plant = wanted.plant && setPlant(target, dataDir, wanted.plant);
    const health = system.runCommand(target, 'doctor', '--data', dataDir);
    const { key, links, linkExpires } =
      made === undefined
        ? await finish(context, target, wanted.site, dataDir)
        : {
            key: handed,
            links: linksAt(wanted.addresses, wanted.listen.port, made.linkPath),
            linkExpires: made.linkExpires,
          };
    out.line(`site            ${wanted.site}, ${made === undefined ? 'there already' : 'made'}`);
    out.line(`data folder     ${dataDir}`);
    out.line(`addresses       ${wanted.addresses.join(' ')}, in a certificate of the site's own authority`);
    if (plant !== undefined)
      out.line(`certificate     ${plant.status === 0 ? 'of the plant, for the names in it' : plant.text.trim()}`);
    out.line(`port            ${isSystem ? portToOpen(context, wanted.listen.port) : wanted.listen.port}`);
    out.line(`time zone       ${siteTimeZone()} (timedatectl set-timezone changes it)`);
    out.line(`master key      ${master.kind}: ${master.why}`);
    out.line(`media           ${wanted.media ? 'mounted read-only when plugged in' : 'not mounted by themselves'}`);
    out.line(`service         ${isRunning ? 'runs, and starts with the system' : 'not started here'}`);
    if (made !== undefined) out.line(`CA fingerprint  ${made.caFingerprint}`);
    for (const link of links ?? []) out.line(`first log-in    ${link}  (once, until ${linkExpires})`);
    if (key !== undefined) {
      out.line(keyLine(key));
      if (made === undefined && key.prepared !== undefined)
        out.note(
          'It is a new recovery key: the one before opens nothing that is made from now on. Backups that it sealed need it.',
        );
      out.note('Then make the first backup: sallyport backup create');
    }
    if (made !== undefined && wanted.window === noWindow) out.note(noWindowNote);
    if (health.status === 0) out.line(`doctor          ${doctorLine(health.text)}`);
    else out.note(health.text);
    out.result({
      site: wanted.site,
      dataDir,
      addresses: wanted.addresses,
      listen: wanted.listen,
      masterKey: master.kind,
      media: wanted.media,
      running: isRunning,
      well: health.status === 0 && (plant?.status ?? 0) === 0,
      ...(plant === undefined ? {} : { certificate: plant.status === 0 ? 'set' : 'failed' }),
      ...(made === undefined ? {} : { caFingerprint: made.caFingerprint }),
      ...(links === undefined ? {} : { link: links[0], links, linkExpires }),
      ...(key === undefined
        ? {}
        : {
            recoveryKeyFile: key.file ?? null,
            recoveryKeyState: key.file === undefined ? 'confirmed' : 'not-confirmed',
          }),
    });
    return health.status === 0 && (plant?.status ?? 0) === 0 && (isRunning || !target.hasSystemd) ? 0 : 1;
  },
};
