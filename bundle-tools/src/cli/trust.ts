import { rmSync } from 'node:fs';
import { canonicalJson } from '../documents/canonical-json.ts';
import { BundleError } from '../errors.ts';
import { fingerprintText, showFingerprint } from '../fingerprint/shown.ts';
import { type Carried, mergeCarried, namesNewFulfilKeys, readCarried, signCarried } from '../host/carry.ts';
import { signedCatalog } from '../host/catalogs.ts';
import { proposeInit } from '../host/ceremony.ts';
import type { KeyFile } from '../host/key-files.ts';
import { keyWarnings, warningText } from '../host/key-warnings.ts';
import { readLabels } from '../host/labels.ts';
import { daysUntil } from '../host/lifetimes.ts';
import { dropUnusedOnlineKeys, type OnlineRole, onlineRoles } from '../host/online-keys.ts';
import {
  dropProposal,
  findProposal,
  isMet,
  type Proposal,
  requirementsOf,
  requirementText,
  storeProposal,
  updateProposal,
} from '../host/proposal.ts';
import { checkSigned, publishProposal } from '../host/publish.ts';
import { isRevocable, revocableRoles, revocationChange } from '../host/revoke.ts';
import { changesKeys, proposeRotation, type RotateOptions, storeRotation } from '../host/rotate.ts';
import { previousSealKeys, readSealKeys, rotateSealKey } from '../host/seal-keys.ts';
import { createState, type HostState, openBegunState, withLock } from '../host/state.ts';
import { type DrawnRole, drawTrust, rolesIn } from '../host/trust-drawing.ts';
import { writeTrustExport } from '../host/trust-export.ts';
import { findNewest, getNewest } from '../host/trust-files.ts';
import { nowMs } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { isThere } from '../platform/is-there.ts';
import { sha256Hex } from '../trust/hash.ts';
import { fingerprintOf, groupHex } from '../trust/keys.ts';
import { type Command, type CommandInput, type CommandResult, flagOption, listOption, textOption } from './command.ts';
import { passphraseOption, readKeys, readOrMakeKeys } from './key-options.ts';
import { replaceOption } from './option.ts';
import { argument, integerOption, onState, stateFolder, stateOf, stateOption } from './state-option.ts';
import { carriedResult, carryOption, checkSheet, rootSheet, sheetOption, writeSheet } from './trust-options.ts';
import { upkeep } from './upkeep.ts';

/** Who holds what, and until when. */
const trustReport = (state: HostState, atMs: number) => {
  const root = getNewest(state, 'root');
  const files = {
    root,
    targets: getNewest(state, 'targets'),
    snapshot: getNewest(state, 'snapshot'),
    timestamp: getNewest(state, 'timestamp'),
  };
  const roles = rolesIn(files, atMs, readLabels(state));
  const warnings = keyWarnings(roles);
  const previous = previousSealKeys(state).map(({ fingerprint, deletedAt }) => ({
    fingerprint,
    ...(deletedAt === undefined ? {} : { deletedAt, daysLeft: daysUntil(deletedAt, atMs) }),
  }));
  const sealKeys = readSealKeys(state).map((key) => fingerprintOf(key.publicKey));
  const catalog = signedCatalog(state).number;
  const pending = findProposal(state);
  const waiting = pending === undefined ? [] : requirementsOf(pending, root);
  return {
    json: {
      root: {
        version: root.version,
        sha256: root.described.sha256,
        words: showFingerprint(root.described.sha256).words,
      },
      roles: roles.map(({ role, threshold, keys, file }) => ({
        role,
        keyids: keys.map(({ keyid }) => keyid),
        threshold,
        keys,
        ...file,
      })),
      sealKeys,
      previousSealKeys: previous,
      catalog,
      warnings: warnings.map(({ code }) => code),
      expiring: warnings,
      ...(pending === undefined ? {} : { pending: waiting }),
    },
    text: [
      ...drawTrust(roles),
      '',
      `catalog    ${catalog}`,
      `seal key   ${groupHex(sealKeys[0] ?? '')}`,
      ...previous.map(
        ({ fingerprint, deletedAt }) =>
          `  before   ${groupHex(fingerprint)}  ${deletedAt === undefined ? 'still in the signed policy' : `opens requests until ${deletedAt.slice(0, 10)}`}`,
      ),
      `fingerprint of root ${root.version}`,
      ...fingerprintText(root.described.sha256),
      ...(pending === undefined
        ? []
        : ['', 'A change waits for signatures:', ...waiting.map((entry) => `  ${requirementText(entry)}`)]),
      ...(warnings.length === 0 ? [] : ['', ...warnings.map(warningText)]),
    ],
  };
};

/** The first root while it waits for signatures. */
const proposalReport = (state: HostState, proposal: Proposal) => {
  const waiting = requirementsOf(proposal, findNewest(state, 'root'));
  return {
    json: { roles: [], pending: waiting },
    text: ['The first root waits for signatures:', ...waiting.map((entry) => `  ${requirementText(entry)}`)],
  };
};

export const trustShow: Command = {
  usage: 'trust show [--sheet FILE] --state DIR',
  example: 'trust show --state /var/lib/sallyport-bundle',
  options: { state: stateOption, sheet: sheetOption, replace: replaceOption },
  run: async (input) => {
    const state = openBegunState(stateFolder(input));
    checkSheet(input);
    const waiting = findNewest(state, 'root') === undefined ? findProposal(state) : undefined;
    if (waiting !== undefined) return proposalReport(state, waiting);
    const report = trustReport(state, nowMs());
    return { ...report, json: { ...report.json, ...writeSheet(input, rootSheet(getNewest(state, 'root'))) } };
  },
};

const created = (files: ReadonlyArray<KeyFile>): ReadonlyArray<string> =>
  files.filter((file) => file.isNew).map((file) => file.path);

export const trustInit: Command = {
  usage: 'trust init --root-key FILE... --curator-key FILE... [--carry MEDIUM] --state DIR',
  example:
    'trust init --root-key a.pub --root-key b.pub --root-key c.pub --curator-key d.pub --carry /media/usb --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    'root-key': {
      value: 'FILE',
      path: 'key',
      multiple: true,
      required: true,
      help: 'a root key or its public half; a pair is made when the file is not there',
    },
    threshold: { value: 'N', help: 'how many root keys must sign (2; 1 with a single key)' },
    'curator-key': {
      value: 'FILE',
      path: 'key',
      multiple: true,
      required: true,
      help: "a curator's key or its public half; a pair is made when the file is not there",
    },
    'curator-threshold': { value: 'N', help: 'how many curators must sign (1)' },
    'grace-days': { value: 'N', help: 'how long sites may accept expired data, with a reason (180)' },
    'passphrase-file': passphraseOption,
    carry: carryOption,
    sheet: sheetOption,
    replace: replaceOption,
  },
  run: async (input) => {
    checkSheet(input);
    const state = createState(stateFolder(input));
    return withLock(state, async () => {
      const rootKeys = await readOrMakeKeys(input, 'root-key');
      const curatorKeys = await readOrMakeKeys(input, 'curator-key');
      const threshold = integerOption(input, 'threshold', 1, 16) ?? Math.min(2, rootKeys.length);
      const proposal = proposeInit({
        state,
        rootKeys,
        rootThreshold: threshold,
        curatorKeys,
        curatorThreshold: integerOption(input, 'curator-threshold', 1, 16) ?? 1,
        graceDays: integerOption(input, 'grace-days', 0, 3650) ?? 180,
        nowMs: nowMs(),
      });
      const files = [...created(rootKeys), ...created(curatorKeys)];
      for (const path of files) input.io.note(`made ${path}; keep it away from this computer`);
      if (threshold === 1)
        input.io.note('one root key alone can replace everything: use three keys and a threshold of 2');
      const medium = textOption(input, 'carry');
      if (medium !== undefined) {
        const result = carriedResult(state, proposal, medium);
        storeProposal(state, proposal);
        return result;
      }
      checkSigned(proposal, undefined);
      storeProposal(state, proposal);
      const root = publishProposal(state, proposal, nowMs());
      const report = trustReport(state, nowMs());
      return {
        json: { published: true, ...report.json, created: files, ...writeSheet(input, rootSheet(root)) },
        text: [...report.text, '', 'Compare on site, by voice or on paper:', ...fingerprintText(root.described.sha256)],
      };
    });
  },
};

const renewable = [...onlineRoles, 'seal'] as const;

const renewOf = (input: CommandInput): { readonly renew: ReadonlySet<OnlineRole>; readonly seal: boolean } => {
  checkSheet(input);
  const named = new Set(listOption(input, 'renew'));
  const unknown = [...named].find((word) => !(renewable as ReadonlyArray<string>).includes(word));
  if (unknown !== undefined) throw new BundleError('USAGE', `--renew is one of ${renewable.join(', ')}`);
  const all = flagOption(input, 'online');
  return {
    renew: new Set(onlineRoles.filter((role) => all || named.has(role))),
    seal: flagOption(input, 'seal') || named.has('seal'),
  };
};

/** Carries a change of keys to those who sign it, or publishes it with the keys at hand. */
const rotateOrCarry = (input: CommandInput, options: RotateOptions): CommandResult => {
  const { state } = options;
  const proposed = proposeRotation(options);
  const medium = textOption(input, 'carry');
  if (medium !== undefined) {
    const result = carriedResult(state, proposed.proposal, medium);
    storeRotation(options, proposed);
    return result;
  }
  checkSigned(proposed.proposal, getNewest(state, 'root'));
  storeRotation(options, proposed);
  const root = publishProposal(state, proposed.proposal, options.nowMs);
  const report = trustReport(state, options.nowMs);
  return { ...report, json: { published: true, ...report.json, ...writeSheet(input, rootSheet(root)) } };
};

const keySet = async (input: CommandInput, option: string) =>
  listOption(input, option).length === 0 ? undefined : await readOrMakeKeys(input, option);

export const trustRotate: Command = {
  usage:
    'trust rotate --sign-key FILE... [--root-key FILE...] [--curator-key FILE...] [--renew ROLE...] [--carry MEDIUM] --state DIR',
  example:
    'trust rotate --renew timestamp --renew snapshot --sign-key /media/a/root.key --sign-key /media/b/root.key --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    'sign-key': {
      value: 'FILE',
      path: 'input',
      multiple: true,
      help: 'a root key in force, or a curator key, that signs the change',
    },
    'root-key': { value: 'FILE', path: 'key', multiple: true, help: 'the whole new set of root keys, when it changes' },
    threshold: { value: 'N', help: 'the new threshold of root keys' },
    'curator-key': {
      value: 'FILE',
      path: 'key',
      multiple: true,
      help: 'the whole set of curator keys from now on; signs the targets again',
    },
    'curator-threshold': { value: 'N', help: 'the new threshold of curators' },
    renew: {
      value: 'ROLE',
      multiple: true,
      help: 'a new key of this host: snapshot, timestamp, fulfil (curators sign), seal (needs no signature)',
    },
    online: { help: 'the same as --renew snapshot --renew timestamp --renew fulfil' },
    seal: { help: 'the same as --renew seal; takes effect with the next catalog' },
    'passphrase-file': passphraseOption,
    carry: carryOption,
    sheet: sheetOption,
    replace: replaceOption,
  },
  run: onState(async (state, input, { renew, seal }) => {
    const change = {
      renew,
      ...defined({
        rootKeys: await keySet(input, 'root-key'),
        rootThreshold: integerOption(input, 'threshold', 1, 16),
        curatorKeys: await keySet(input, 'curator-key'),
        curatorThreshold: integerOption(input, 'curator-threshold', 1, 16),
      }),
    };
    const signers = await readKeys(input, 'sign-key');
    const isSealAlone = seal && signers.length === 0 && !changesKeys(change);
    const result = isSealAlone ? undefined : rotateOrCarry(input, { state, signers, nowMs: nowMs(), ...change });
    if (!seal) return result ?? trustReport(state, nowMs());
    // Last: a change of keys that is refused leaves the seal key as it was.
    rotateSealKey(state);
    if (textOption(input, 'carry') !== undefined && result !== undefined) return result;
    const report = trustReport(state, nowMs());
    return { ...report, json: { ...(result?.json as object | undefined), ...report.json } };
  }, renewOf),
};

export const trustRevoke: Command = {
  usage: 'trust revoke --role ROLE KEYID... --sign-key FILE... --state DIR',
  example:
    'trust revoke --role root 1f0c77aa01b2c3d4 --replacement /media/d/root-9a00.pub --carry /media/usb --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    role: { value: 'ROLE', required: true, help: revocableRoles.join(', ') },
    replacement: {
      value: 'FILE',
      path: 'input',
      multiple: true,
      help: 'a root or curator key that comes instead; the public half will do',
    },
    threshold: { value: 'N', help: 'the new threshold of that role' },
    'sign-key': { value: 'FILE', path: 'input', multiple: true, help: 'a root or curator key that signs the change' },
    'passphrase-file': passphraseOption,
    carry: carryOption,
    sheet: sheetOption,
    replace: replaceOption,
  },
  positionals: [1, 16],
  run: async (input) => {
    const role = textOption(input, 'role') ?? '';
    if (!isRevocable(role)) throw new BundleError('USAGE', `--role is one of ${revocableRoles.join(', ')}`);
    const state = stateOf(input);
    checkSheet(input);
    const threshold = integerOption(input, 'threshold', 1, 16);
    return withLock(state, async () => {
      const change = revocationChange(state, {
        role,
        keyids: input.positionals,
        replacements: await readKeys(input, 'replacement'),
        ...defined({ threshold }),
      });
      const signers = await readKeys(input, 'sign-key');
      return rotateOrCarry(input, { state, signers, nowMs: nowMs(), ...change });
    });
  },
};

const rolesAfter = ({ proposal, before }: Carried, atMs: number): ReadonlyArray<DrawnRole> => {
  const root = proposal.root ?? before.root;
  const targets = proposal.targets ?? before.targets;
  return root === undefined ? [] : rolesIn({ root, ...defined({ targets }) }, atMs);
};

const keysOf = (roles: ReadonlyArray<DrawnRole>): ReadonlySet<string> =>
  new Set(roles.flatMap(({ role, keys }) => keys.map(({ keyid }) => `${role} ${keyid.slice(0, 16)}`)));

/** Which keys come and go. */
const changesOf = (carried: Carried, after: ReadonlyArray<DrawnRole>, atMs: number): ReadonlyArray<string> => {
  const { root, targets } = carried.before;
  if (root === undefined) return ['This is the first root: compare every key with the sheet of its holder.'];
  const was = keysOf(rolesIn({ root, ...defined({ targets }) }, atMs));
  const will = keysOf(after);
  return [
    ...[...was].filter((key) => !will.has(key)).map((key) => `- ${key}`),
    ...[...will].filter((key) => !was.has(key)).map((key) => `+ ${key}`),
  ];
};

/** What people who sign on different computers compare: the content, which no signature changes. */
const contentDigest = ({ proposal }: Carried): string =>
  sha256Hex(
    Buffer.concat(
      [proposal.root, proposal.targets].flatMap((file) =>
        file === undefined ? [] : [canonicalJson(file.described.signed)],
      ),
    ),
  );

export const trustSign: Command = {
  usage: 'trust sign --key FILE PATH',
  example: 'trust sign --key /media/a/root-1f0c77aa01b2c3d4.key /media/usb/sallyport-root-2',
  options: {
    key: { value: 'FILE', path: 'input', multiple: true, required: true, help: 'a root key, or a curator key' },
    'passphrase-file': passphraseOption,
    'accept-new-fulfil-keys': { help: 'as a curator: the host changed the keys that sign bundles' },
  },
  positionals: [1, 1],
  paths: ['medium'],
  run: async (input) => {
    const carried = readCarried(argument(input, 0));
    const after = rolesAfter(carried, nowMs());
    const changes = changesOf(carried, after, nowMs());
    const digest = contentDigest(carried);
    // What is signed is shown before the key is opened.
    const warnings = keyWarnings(after);
    for (const line of [...drawTrust(after), ...changes, ...warnings.map(warningText)]) input.io.note(line);
    if (namesNewFulfilKeys(carried) && !flagOption(input, 'accept-new-fulfil-keys'))
      throw new BundleError(
        'SIGNATURE',
        'the targets name other fulfil keys than those in force; sign with --accept-new-fulfil-keys if the host changed them',
      );
    const signatures = signCarried(carried, await readKeys(input, 'key'));
    const isComplete = signatures.every(isMet);
    return {
      json: { folder: carried.folder, content: digest, signatures, complete: isComplete, changes, expiring: warnings },
      text: [
        `signed ${carried.folder}`,
        ...signatures.map((entry) => `  ${requirementText(entry)}`),
        'what was signed; the same for everybody who signs it',
        ...fingerprintText(digest),
        isComplete ? 'Enough have signed: trust publish on the connected host.' : 'Carry it to the next person.',
      ],
    };
  },
};

export const trustPublish: Command = {
  usage: 'trust publish PATH... --state DIR',
  example: 'trust publish /media/usb/sallyport-root-2 --state /var/lib/sallyport-bundle',
  options: { state: stateOption, carry: carryOption, sheet: sheetOption, replace: replaceOption },
  positionals: [0, 16],
  paths: ['medium'],
  run: async (input) => {
    const state = openBegunState(stateFolder(input));
    checkSheet(input);
    return withLock(state, async () => {
      const waiting = findProposal(state);
      if (waiting === undefined) throw new BundleError('NOT_FOUND', 'nothing waits for signatures on this host');
      const before = findNewest(state, 'root');
      const merged = input.positionals.reduce<Proposal>((sum, path) => mergeCarried(sum, path, before), waiting);
      updateProposal(state, merged);
      const medium = textOption(input, 'carry');
      if (medium !== undefined) return carriedResult(state, merged, medium);
      const root = publishProposal(state, merged, nowMs());
      const report = trustReport(state, nowMs());
      return { ...report, json: { published: true, ...report.json, ...writeSheet(input, rootSheet(root)) } };
    });
  },
};

export const trustDiscard: Command = {
  usage: 'trust discard --state DIR',
  example: 'trust discard --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  run: async (input) => {
    const state = openBegunState(stateFolder(input));
    return withLock(state, async () => {
      const waiting = findProposal(state);
      if (waiting === undefined) throw new BundleError('NOT_FOUND', 'nothing waits for signatures on this host');
      dropProposal(state);
      // The keys that were made for it: of a host that has published nothing, all of them.
      if (findNewest(state, 'root') === undefined) rmSync(state.keys, { recursive: true });
      else dropUnusedOnlineKeys(state);
      const gone = { root: waiting.root?.version, targets: waiting.targets?.version };
      return { json: { discarded: gone }, text: ['given up; what was published before stays in force'] };
    });
  },
};

const freeOut = (input: CommandInput): string => {
  const out = textOption(input, 'out') ?? '';
  if (!flagOption(input, 'replace') && isThere(out))
    throw new BundleError('EXISTS', `${out} is there already: --replace`);
  checkSheet(input);
  return out;
};

export const trustExport: Command = {
  usage: 'trust export --out FILE --state DIR',
  example: 'trust export --out /media/usb/trust.tar --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    out: { value: 'FILE', path: 'output', required: true, help: 'the file to write' },
    sheet: sheetOption,
    replace: replaceOption,
  },
  run: onState(async (state, input, out) => {
    const exported = await writeTrustExport({
      state,
      out,
      replace: flagOption(input, 'replace'),
      nowMs: nowMs(),
      io: input.io,
    });
    return {
      json: {
        ...exported,
        ...upkeep(state, input.io),
        fingerprint: exported.rootSha256,
        ...writeSheet(input, rootSheet(getNewest(state, 'root'))),
      },
      text: [
        `wrote ${exported.path}: root ${exported.rootVersion}, valid as a broadcast until ${exported.expires}`,
        'Compare on site, by voice or on paper:',
        ...fingerprintText(exported.rootSha256),
      ],
    };
  }, freeOut),
};
